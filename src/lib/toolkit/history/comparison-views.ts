// The public shapes of comparisons: promises, like those in `../views.ts`.

export type { ComparedSubject, ComparisonDocument, MeasureDifference } from '../../contract/history.ts'

export interface CompareQuery {
  /** UTC days, including today; this or `hours`, else 30. */
  days?: number
  hours?: number
  /** References of subjects. */
  accounts?: string[]
  /** Groups as subjects: the accounts of each together. */
  groups?: string[]
  user?: string
}
