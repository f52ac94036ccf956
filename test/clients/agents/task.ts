// The task that every agent does, as the model of a scripted service plays it. The conversation alone says how far the
// task is, so any account can continue it.

/** The prompt of the agent. */
export const PROMPT = `Read notes.txt with your shell tool, then write its first word into answer.txt. Say DONE at the end.`
/** The file that the agent reads. */
export const NOTES = 'alpha beta gamma\n'
/** The text that the agent writes. */
export const ANSWER = 'alpha'
/** The words of the last answer. */
export const LAST_WORDS = 'The first word is in answer.txt. DONE'

/** A tool as the model got it. */
export interface OfferedTool {
  name: string
  /** JSON Schema of its arguments. */
  schema: Schema
}

export interface Schema {
  type?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  enum?: unknown[]
}

/** The facts that the model knows of a request. */
export interface Conversation {
  tools: OfferedTool[]
  /** How many results of tools the conversation has. */
  results: number
  wantsJson: boolean
}

/** An answer of the model. */
export interface Reply {
  thinking: string | null
  text: string
  calls: { name: string; input: Record<string, unknown> }[]
}

const SHELL =
  /^(?:.*__)?(?:bash|shell|run_shell_command|shell_command|exec_command|execute_command|run_commands?|terminal)$/i

/** Null: the request offers no shell, so it is not about the task (agents ask for titles and the like). */
export function findShell({ tools }: Conversation): OfferedTool | null {
  return tools.find(({ name }) => SHELL.test(name)) ?? null
}

/** The answer to a request. */
export function continueTask(conversation: Conversation): Reply {
  const shell = findShell(conversation)
  if (shell === null) return { thinking: null, text: conversation.wantsJson ? '{}' : 'A title', calls: [] }
  const run = (command: string) => ({ name: shell.name, input: fillArguments(shell.schema, command) })
  if (conversation.results === 0)
    return {
      thinking: 'The file is the first step.',
      text: 'I read the file.',
      calls: [run('cat notes.txt')],
    }
  if (conversation.results === 1)
    return {
      thinking: 'Two more looks at once.',
      text: 'I check its first line.',
      calls: [run('head -n 1 notes.txt'), run('ls')],
    }
  if (conversation.results <= 3)
    return { thinking: null, text: '', calls: [run(`printf ${ANSWER} > answer.txt`)] }
  return { thinking: 'All is done.', text: LAST_WORDS, calls: [] }
}

/** Arguments for a shell tool: the command in its field, and the simplest value in all other required fields. */
function fillArguments({ properties = {}, required = [] }: Schema, command: string): Record<string, unknown> {
  const field = ['command', 'cmd', 'script', 'commands'].find((name) => name in properties) ?? 'command'
  const input: Record<string, unknown> = {}
  for (const name of required) input[name] = simplestValue(properties[name] ?? {})
  const isList = properties[field]?.type === 'array'
  input[field] = !isList ? command : field === 'commands' ? [command] : ['bash', '-lc', command]
  return input
}

function simplestValue({ type, enum: values }: Schema): unknown {
  if (values !== undefined) return values[0]
  if (type === 'boolean') return false
  if (type === 'number' || type === 'integer') return 20_000
  return type === 'array' ? [] : 'a step of the task'
}
