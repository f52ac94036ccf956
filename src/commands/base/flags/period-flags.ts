import { Flags } from '@oclif/core'

/** The range of time of a history: whole days, or hours. */
export const periodFlags = {
  days: Flags.integer({
    description: 'number of days, including today',
    min: 1,
    max: 3650,
    helpValue: '30',
  }),
  hours: Flags.integer({
    description: 'number of hours, including this one',
    min: 1,
    max: 840,
    exclusive: ['days'],
  }),
}
