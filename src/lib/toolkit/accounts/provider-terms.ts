// For commands, which see providers through the toolkit alone.
export { findTerms } from '../../provider/endpoints.ts'
