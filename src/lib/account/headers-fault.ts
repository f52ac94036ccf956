const PREFIX = 'the plugin cannot make the headers of its key: '

/** The message of a plugin that fails to make the headers of a credential. */
export function formatHeadersFault(problem: string): string {
  return `${PREFIX}${problem}`
}

/** Whether a message is that of `formatHeadersFault`. */
export function isHeadersFault(message: string): boolean {
  return message.startsWith(PREFIX)
}
