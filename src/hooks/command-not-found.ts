import type { Hook } from '@oclif/core'
import { unknownCommand } from '../lib/terminal/unknown-command.ts'

const commandNotFound: Hook<'command_not_found'> = async function ({ id, argv, config }) {
  // oclif leaves the words after an unknown topic among the arguments.
  const words = [...id.split(':').filter((word) => word !== ''), ...(argv ?? [])]
  const flag = words.findIndex((word) => word.startsWith('-'))
  throw unknownCommand(flag < 0 ? words : words.slice(0, flag), config.commandIDs)
}

export default commandNotFound
