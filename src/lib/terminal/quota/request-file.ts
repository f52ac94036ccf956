import { readFileSync } from 'node:fs'
import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { unreadableInput } from '../../base/input-file.ts'
import type { ExplainQuery } from '../../toolkit/views.ts'

/** The size of the request in the file of `--request`, and its model. Throws `invalid_value`. */
export async function readRequestFile({
  request,
  route,
  model,
}: {
  request?: string | undefined
  route?: string | undefined
  model?: string | undefined
}): Promise<Pick<ExplainQuery, 'size' | 'model'>> {
  if (request === undefined) return {}
  const bytes = readBytes(request)
  const { measureBody } = await import('../../proxy/pipeline/plan/measure-body.ts')
  const measured = nameFile(request, () => measureBody(bytes, route ?? '/chat/completions'))
  const named = model ?? measured.model
  return { size: measured.size, ...(named === null ? {} : { model: named }) }
}

/** Names the file in the error for a body that the proxy would refuse. */
function nameFile<Measured>(file: string, measure: () => Measured): Measured {
  try {
    return measure()
  } catch (error) {
    if (!isQwenctlError(error) || error.code !== 'invalid_request') throw error
    const source = file === '-' ? 'standard input' : file
    const hint = 'give --request the JSON that the client sends'
    throw new QwenctlError('invalid_value', `${source} holds no request: ${error.message}`, {
      hint,
      cause: error,
    })
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw unreadableInput(file, error, 'save the body of the request to a file, or pipe it to --request -')
  }
}
