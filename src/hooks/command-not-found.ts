import type { Hook } from '@oclif/core'
import { unknownCommand } from '../lib/terminal/unknown-command.ts'

const commandNotFound: Hook<'command_not_found'> = async function ({ id, config }) {
  throw unknownCommand(id, config.commandIDs)
}

export default commandNotFound
