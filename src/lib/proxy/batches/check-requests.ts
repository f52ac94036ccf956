import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { checkBatchInput } from '../../toolkit/batch/input/batch-input.ts'
import type { LineProblem } from '../../toolkit/batch/input/line-faults.ts'

/**
 * Refuses requests of a message batch that cannot be sent. A batch of this service has no state for a file that is not
 * valid, so its creation fails instead. Throws `invalid_request` with the position of each wrong request.
 */
export async function checkRequests(path: string): Promise<void> {
  const problems = await listProblems(path)
  if (problems.length === 0) return
  const texts = problems.map(({ line, problem }) => `requests.${line - 1}: ${inRequests(problem)}`)
  throw new QwenctlError('invalid_request', texts.join('; '), { hint: 'correct them; nothing was sent' })
}

async function listProblems(path: string): Promise<LineProblem[]> {
  try {
    const input = await checkBatchInput(path, null)
    await input.close()
    return input.dialect === 'anthropic' ? [] : [{ line: 1, problem: 'params is missing' }]
  } catch (error) {
    const problems = isQwenctlError(error) ? error.details['problems'] : undefined
    if (!Array.isArray(problems)) throw error
    return problems as LineProblem[]
  }
}

/** Lines of the file are requests of the body, which count from 0. */
function inRequests(problem: string): string {
  return problem.replace(/in line (\d+)$/, (_, line: string) => `in requests.${Number(line) - 1}`)
}
