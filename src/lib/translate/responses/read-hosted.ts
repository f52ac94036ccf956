// Calls of tools that OpenAI runs, or that only its models know: a shell, a patch, the screen. Other models read what
// they did as text. Shapes: the types of OpenAI's SDK (7.59, 2026-11).

import { isGiven, isObject, isText, type Json } from '../json-fields.ts'
import { writeJson } from '../json/raw-json.ts'
import type { FieldCheck } from '../neutral/field-check.ts'
import { imagePart, parseDataUrl } from '../neutral/media.ts'
import type { Part, Turn } from '../neutral/request.ts'

type Describe = (item: Json) => string

/** The words for a step of the model. */
const calls: Readonly<Record<string, Describe>> = {
  local_shell_call: describeCommand,
  shell_call: describeCommand,
  apply_patch_call: ({ operation }) => `(Applied this patch: ${asText(operation)})`,
  computer_call: ({ action, actions }) => `(Did this on the screen: ${asText(action ?? actions)})`,
  code_interpreter_call: ({ code, outputs }) =>
    `(Ran this code: ${asText(code)})${withOutput(listLogs(outputs))}`,
  mcp_call: ({ server_label: server, name, arguments: given, output, error }) =>
    `(Called the tool ${asText(name)} of ${asText(server)} with ${asText(given)})${withOutput(error ?? output)}`,
  mcp_approval_request: ({ server_label: server, name, arguments: given }) =>
    `(Asked to call the tool ${asText(name)} of ${asText(server)} with ${asText(given)})`,
  web_search_call: ({ action }) => `(Searched the web: ${asText(readAction(action))})`,
  file_search_call: ({ queries, results }) =>
    `(Searched files: ${asText(queries)})${withOutput(listTexts(results))}`,
  program: ({ code }) => `(Ran this program: ${asText(code)})`,
}

/** The words for a report of the client or of a service. */
const outputs: Readonly<Record<string, Describe>> = {
  local_shell_call_output: describeOutput,
  shell_call_output: describeOutput,
  apply_patch_call_output: describeOutput,
  program_output: ({ result }) => `(Its output: ${asText(result)})`,
  mcp_approval_response: ({ approve, reason }) =>
    `(The call was ${approve === true ? 'approved' : 'refused'}${isText(reason) ? `: ${reason}` : ''})`,
}

/**
 * Reads such an item; undefined: it is another kind of item. An item about which nothing is known is named, and left
 * out.
 */
export function readHosted(item: Json, type: string, at: string, check: FieldCheck): Turn | undefined {
  if (type === 'computer_call_output') return readScreen(item, at, check)
  const describe = Object.hasOwn(calls, type)
    ? calls[type]
    : Object.hasOwn(outputs, type)
      ? outputs[type]
      : undefined
  if (describe === undefined) return undefined
  if (hasPictures(item.outputs)) check.leaveOut(`input.${type}.outputs`)
  return { role: 'assistant', at, parts: [{ kind: 'text', text: describe(item), at }] }
}

/** A picture of the screen is the user's: the assistant's messages have no pictures. */
function readScreen({ output }: Json, at: string, check: FieldCheck): Turn {
  const url = isObject(output) ? output.image_url : null
  const parts: Part[] = [{ kind: 'text', text: '(The screen after it)', at }]
  if (isText(url)) {
    const field = `${at}.output.image_url`
    const source = url.startsWith('data:') ? parseDataUrl(url, field) : ({ type: 'url', url } as const)
    parts.push(imagePart(source, null, at))
  } else check.leaveOut('input.computer_call_output.output')
  return { role: 'user', at, parts }
}

function describeCommand({ action }: Json): string {
  const { command, commands } = isObject(action) ? action : {}
  return `(Ran this command: ${asText(command ?? commands ?? action)})`
}

/** A patch that failed may say nothing else. */
function describeOutput({ output, status }: Json): string {
  const isFailed = status === 'failed' || status === 'incomplete'
  return isGiven(output)
    ? `(Its output${isFailed ? `, ${status}` : ''}: ${asText(output)})`
    : `(It ${asState(status)})`
}

function asState(status: unknown): string {
  return status === 'failed' ? 'failed' : 'ended'
}

function withOutput(output: unknown): string {
  return isGiven(output) && output !== '' ? `\n\n(Its output: ${asText(output)})` : ''
}

/** Pictures that code has drawn: a message of the assistant cannot have them. */
function hasPictures(given: unknown): boolean {
  return Array.isArray(given) && (given as unknown[]).some((each) => isObject(each) && each.type === 'image')
}

function listLogs(given: unknown): unknown {
  if (!Array.isArray(given)) return given
  const logs = (given as unknown[]).flatMap((each) =>
    isObject(each) && isText(each.logs) ? [each.logs] : [],
  )
  return logs.join('\n')
}

function listTexts(results: unknown): unknown {
  if (!Array.isArray(results)) return null
  return (results as unknown[])
    .flatMap((each) =>
      isObject(each) && isText(each.text) ? [`${asText(each.filename)}: ${each.text}`] : [],
    )
    .join('\n')
}

/** The words of a search, or the page that it opened. */
function readAction(action: unknown): unknown {
  if (!isObject(action)) return action
  const { query, queries, url, pattern } = action
  return query ?? queries ?? pattern ?? url ?? action
}

function asText(value: unknown): string {
  if (!isGiven(value)) return 'nothing'
  return typeof value === 'string' ? value : writeJson(value)
}
