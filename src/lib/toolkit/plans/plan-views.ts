export type { PlanView, PlanWindowView } from '../../contract/account.ts'
