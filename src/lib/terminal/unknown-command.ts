import { QwenctlError } from '../base/errors.ts'
import { nearest } from '../base/text/nearest.ts'

/** Common words for commands with another name here. */
const SYNONYMS: Readonly<Record<string, string>> = {
  ls: 'auth list',
  list: 'auth list',
  accounts: 'auth list',
  whoami: 'auth list',
  add: 'auth add',
  init: 'auth add',
  login: 'auth add',
  'auth login': 'auth add',
  'auth new': 'auth add',
  'accounts new': 'auth add',
  'auth ls': 'auth list',
  'accounts ls': 'auth list',
  'auth status': 'auth list',
  logout: 'auth remove',
  'auth logout': 'auth remove',
  rm: 'auth remove',
  remove: 'auth remove',
  'auth rm': 'auth remove',
  'auth delete': 'auth remove',
  'accounts rm': 'auth remove',
  'accounts delete': 'auth remove',
  usage: 'quota show',
  limits: 'quota show',
  'quota list': 'quota show',
  'quota ls': 'quota show',
  stats: 'quota history',
  history: 'quota history',
  explain: 'quota explain',
  start: 'proxy start',
  serve: 'proxy start',
  'proxy run': 'proxy start',
  up: 'proxy start',
  stop: 'proxy stop',
  down: 'proxy stop',
  restart: 'proxy restart',
  open: 'proxy open',
  dashboard: 'proxy open',
  ui: 'proxy open',
  logs: 'proxy logs',
  log: 'proxy logs',
  tail: 'proxy logs',
  import: 'accounts migrate',
  migrate: 'accounts migrate',
  backup: 'accounts backup',
  restore: 'accounts restore',
  'keys add': 'keys create',
  'keys new': 'keys create',
  'keys ls': 'keys list',
  'keys rm': 'keys revoke',
  'keys delete': 'keys revoke',
  'keys remove': 'keys revoke',
  settings: 'config list',
  'config show': 'config list',
  'config ls': 'config list',
  run: 'exec',
  chat: 'ask',
  watch: 'top',
  monitor: 'top',
}

/**
 * The error for words that name no command. `words` are those up to the first flag; `known` are the command ids, in
 * oclif's form (`auth:list`).
 */
export function unknownCommand(words: string[], known: string[]): QwenctlError {
  // A command that takes no arguments is not recognised by oclif once a word follows it.
  for (let count = words.length - 1; count > 0; count -= 1) {
    const command = words.slice(0, count)
    if (known.includes(command.join(':'))) {
      return new QwenctlError(
        'invalid_usage',
        `${command.join(' ')} takes no argument ${shown(words[count])}`,
        {
          hint: `qwenctl ${command.join(' ')} --help shows what it takes`,
        },
      )
    }
  }
  if (words.length === 0)
    return new QwenctlError('invalid_usage', 'the command is missing: flags come after it', {
      hint: 'qwenctl --help lists the commands; write qwenctl auth list --user NAME',
    })
  return new QwenctlError('invalid_usage', `there is no command ${words.map(shown).join(' ')}`, {
    hint: hintFor(words, known),
  })
}

function hintFor(words: string[], known: string[]): string {
  const commands = known.map((id) => id.split(':'))
  const isTopic = words.length > 1 && commands.some(([first]) => first === words[0])
  const synonym =
    findSynonym(words.slice(0, 2).join(' ')) ?? (isTopic ? undefined : findSynonym(words[0] ?? ''))
  if (synonym !== undefined && known.includes(synonym.replace(' ', ':')))
    return `did you mean qwenctl ${synonym}?`
  const meant = nearestCommand(words, commands)
  if (meant !== null) return `did you mean qwenctl ${meant}?`
  const topics = commands.filter(({ length }) => length > 1).map(([topic = '']) => topic)
  const topic = nearest(words[0] ?? '', topics)
  return topic === null ? 'qwenctl --help lists the commands' : `qwenctl ${topic} --help lists its commands`
}

/** Not by a plain look: every object has a `constructor`. */
function findSynonym(words: string): string | undefined {
  return Object.hasOwn(SYNONYMS, words) ? SYNONYMS[words] : undefined
}

/** Word by word: `accounts list` is near `accounts set` as a text, and something else altogether. */
function nearestCommand(words: string[], commands: string[][]): string | null {
  const near = commands.filter(
    (command) =>
      command.length <= words.length &&
      (command.every((word, index) => nearest(words[index]!, [word]) !== null) ||
        isNearTopic(words, command)),
  )
  const most = Math.max(...near.map(({ length }) => length))
  const names = near.filter(({ length }) => length === most).map((command) => command.join(' '))
  return nearest(words.slice(0, most).join(' '), names)
}

/** `quto show`: the second word is right, and with it the first is near enough. */
function isNearTopic([topic = '', verb = '']: string[], command: string[]): boolean {
  const [knownTopic = '', knownVerb = '', ...rest] = command
  if (rest.length > 0 || verb === '' || verb !== knownVerb) return false
  const isAlike = topic[0] === knownTopic[0] && Math.abs(topic.length - knownTopic.length) <= 2
  return isAlike && nearest(`${topic} ${verb}`, [command.join(' ')]) !== null
}

function shown(word: string | undefined): string {
  if (word === undefined) return ''
  return word.length > 24 ? `${word.slice(0, 3)}…` : word
}
