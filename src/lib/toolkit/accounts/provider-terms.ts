// For commands, which access providers through the toolkit alone.
export { findTerms } from '../../provider/endpoints.ts'
