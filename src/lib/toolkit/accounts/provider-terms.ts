// For commands, which see providers through the toolkit alone.
export { termsOf } from '../../provider/endpoints.ts'
