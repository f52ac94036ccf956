/** Flags of commands in messages, and the same in the words of the API and the page. */
const rows: readonly (readonly [flag: RegExp, words: string])[] = [
  [/the value of --base-url/g, 'the base URL'],
  [/add --base-url URL, for example --base-url (\S+)/g, 'give its base URL, for example $1'],
  [/for example --base-url (\S+)/g, 'for example $1'],
  [/give it with --key-stdin, --key-env VAR or --key-file PATH/g, 'give it as the key'],
]

/** A message for clients of the API. It may still name whole commands, which a person types in a terminal. */
export function inApiWords(text: string): string {
  return rows.reduce((shown, [flag, words]) => shown.replace(flag, words), text)
}
