import { example } from './example.js'

/**
 * qwenctl asks this when a command needs providers. What it returns is checked there: a mistake is reported by plugin,
 * provider and field, and the other providers go on working.
 *
 * @param {{ apiVersion: number }} options 1 today; it rises when the definition changes in a way that breaks plugins.
 */
export default async function providers({ apiVersion }) {
  if (apiVersion !== 1) throw new Error(`made for version 1 of the providers hook, and this is ${apiVersion}`)
  return [example]
}
