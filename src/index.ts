// The public API, for provider plugins, and for programs that use qwenctl's parts without its commands. Exports
// here are a promise; everything else may change in any release.

export { QwenctlError, isQwenctlError } from './lib/base/errors.ts'
export type { ErrorCode, ErrorDetails } from './lib/base/errors.ts'

export {
  authHeadersFor,
  countsByDefault,
  defineProvider,
  limitsByDefault,
} from './lib/provider/define-provider.ts'
export type { ProviderDefinition } from './lib/provider/define-provider.ts'
export type { LearnedLimit } from './lib/provider/limits/learned-limit.ts'
export { limitsInHeaders } from './lib/provider/limits/limit-headers.ts'
export type { LimitHeaders } from './lib/provider/limits/limit-headers.ts'
export { limitInWords } from './lib/provider/limits/limit-words.ts'
export type { RouteTable } from './lib/provider/routes.ts'
export { announcedEnd } from './lib/provider/failures/outcome-row.ts'
export type { FailedAnswer, OutcomeRow } from './lib/provider/failures/outcome-row.ts'
export { classify } from './lib/provider/failures/outcome-table.ts'
export { readError } from './lib/provider/failures/read-error.ts'
export type { DeviceLogin } from './lib/provider/device-login.ts'
export type { ErrorFacts } from './lib/provider/failures/read-error.ts'
export { isErrorFrame } from './lib/provider/failures/error-frame.ts'
export { parseDuration } from './lib/provider/limits/duration.ts'
export { parseResetTime, retryAfter } from './lib/provider/limits/reset-time.ts'
export { resetInText } from './lib/provider/limits/reset-words.ts'
export { mergeUsage, readUsage } from './lib/provider/usage/usage.ts'
export { basesFor, normalizeBaseUrl } from './lib/provider/endpoints.ts'
export type {
  Answer,
  Bases,
  Dialect,
  Endpoint,
  HeaderLookup,
  Outcome,
  Provider,
  Usage,
} from './lib/provider/provider.ts'
export { outcomeClasses } from './lib/quota/log/events.ts'
export type { OutcomeClass } from './lib/quota/log/events.ts'
