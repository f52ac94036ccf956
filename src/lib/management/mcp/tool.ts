import { z } from 'zod'
import { redact } from '../../account/mask.ts'
import type { QwenctlError } from '../../base/errors.ts'
import { isQwenctlError } from '../../base/errors.ts'
import { checkShape } from '../input/check-shape.ts'
import type { McpView } from './mcp-view.ts'

interface ToolSpec<Input extends z.ZodType> {
  name: string
  title: string
  description: string
  input: Input
  /** Changes something; only offered to callers that may write. */
  writes?: boolean
  run(view: McpView, input: z.output<Input>, signal: AbortSignal): Promise<object>
}

/** A tool as the server lists and calls it. */
export interface Tool {
  name: string
  writes: boolean
  describe(): object
  /** A failure is a result with `isError`. Rejects only for a fault of the program itself. */
  call(view: McpView, given: unknown, signal: AbortSignal): Promise<ToolResult>
}

export interface ToolResult {
  content: { type: 'text'; text: string }[]
  structuredContent: object
  isError?: true
}

const ofCall = { whole: 'the arguments', hint: 'tools/list describes the arguments' }

export function defineTool<Input extends z.ZodType>(spec: ToolSpec<Input>): Tool {
  const { name, title, description, input, writes = false } = spec
  return {
    name,
    writes,
    describe: () => {
      const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input' })
      const annotations = writes
        ? { title, readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false }
        : { title, readOnlyHint: true, openWorldHint: false }
      return { name, title, description, inputSchema, annotations }
    },
    call: async (view, given, signal) => {
      try {
        const wanted = checkShape(input, given ?? {}, 'invalid_value', ofCall)
        return result(await spec.run(view, wanted, signal))
      } catch (error) {
        if (!isQwenctlError(error)) throw error
        return describeFailure(error)
      }
    },
  }
}

function result(document: object): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(document) }], structuredContent: document }
}

/** A failure as the result of a tool. */
export function describeFailure(error: QwenctlError): ToolResult {
  return { ...result({ error: describeError(error) }), isError: true }
}

/** An error as clients see it: without secrets. */
export function describeError({ code, message, hint }: QwenctlError): {
  code: string
  message: string
  hint: string | null
} {
  return { code, message: redact(message, []), hint: hint === null ? null : redact(hint, []) }
}
