export type { PlanView, PlanWindowView } from '../../contract/accounts/account.ts'
