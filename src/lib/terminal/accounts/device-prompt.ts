import { Flags } from '@oclif/core'
import type { Palette } from '../format/color.ts'
import { LiveView } from '../live-view.ts'
import { hasBrowser, openBrowser } from '../input/open-browser.ts'
import { qrPicture } from '../format/qr-code.ts'
import { cutToWidth, printable } from '../format/text-width.ts'
import { formatDuration } from '../../base/durations.ts'
import type { LoginOverrides, PendingLogin } from '../../toolkit/login/pending-login.ts'
import type { TokenSet } from '../../toolkit/login/token-set.ts'

/** The login server and its parameters; each overrides the provider's value or that of the previous login. */
export const loginFlags = {
  issuer: Flags.string({
    description: 'log in at this server, which describes itself (OpenID Connect Discovery, RFC 8414)',
    helpValue: 'URL',
    helpGroup: 'LOGIN',
  }),
  'device-endpoint': Flags.string({
    description: 'device authorization endpoint (RFC 8628)',
    helpValue: 'URL',
    helpGroup: 'LOGIN',
  }),
  'token-endpoint': Flags.string({
    description: 'token endpoint',
    helpValue: 'URL',
    helpGroup: 'LOGIN',
  }),
  'client-id': Flags.string({
    description: 'client id at the server',
    helpValue: 'ID',
    helpGroup: 'LOGIN',
  }),
  scope: Flags.string({
    description: 'scopes, separated by spaces',
    helpValue: 'SCOPE',
    helpGroup: 'LOGIN',
  }),
  browser: Flags.boolean({
    description: 'open the page in a browser, if there is one',
    default: true,
    allowNo: true,
    helpGroup: 'LOGIN',
  }),
}

export function readLoginOverrides(flags: {
  issuer?: string | undefined
  'device-endpoint'?: string | undefined
  'token-endpoint'?: string | undefined
  'client-id'?: string | undefined
  scope?: string | undefined
}): LoginOverrides {
  const overrides: LoginOverrides = {}
  if (flags.issuer !== undefined) overrides.issuer = flags.issuer
  if (flags['device-endpoint'] !== undefined) overrides.deviceEndpoint = flags['device-endpoint']
  if (flags['token-endpoint'] !== undefined) overrides.tokenEndpoint = flags['token-endpoint']
  if (flags['client-id'] !== undefined) overrides.clientId = flags['client-id']
  if (flags.scope !== undefined) overrides.scope = flags.scope
  return overrides
}

/** Lines below the QR code for the text that belongs to it. */
const LINES_AROUND = 8
const TICK_MS = 1000

export interface PromptLook {
  palette: Palette
  unicode: boolean
  browser: boolean
}

/**
 * Begins a login, shows on stderr how to confirm it, and waits. Ctrl-C stops it. A stopped or failed login changes
 * nothing.
 */
export async function promptLogin(
  begin: (signal: AbortSignal) => Promise<PendingLogin>,
  look: PromptLook,
): Promise<TokenSet> {
  const abort = new AbortController()
  const onSignal = () => abort.abort()
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const login = await begin(abort.signal)
    return await showAndWait(login, abort.signal, look)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

async function showAndWait(login: PendingLogin, signal: AbortSignal, look: PromptLook): Promise<TokenSet> {
  const { stderr } = process
  const say = (text: string) => stderr.write(`${text}\n`)
  const address = printable(login.verificationUriComplete ?? login.verificationUri)
  if (!stderr.isTTY) {
    say(`Open ${address}`)
    say(`and confirm the code ${printable(login.userCode)} (${timeLeft(login)}).`)
    return login.tokens(signal)
  }
  for (const line of await picture(address, look)) say(line)
  say(`Open    ${look.palette.strong(address)}`)
  say(`Code    ${look.palette.strong(printable(login.userCode))}`)
  const surroundings = {
    env: process.env,
    platform: process.platform,
    isTerminal: process.stdin.isTTY === true,
  }
  if (look.browser && hasBrowser(surroundings)) openBrowser(address, process.platform)
  return withCountdown(login, signal)
}

async function picture(address: string, { palette, unicode }: PromptLook): Promise<string[]> {
  const { columns, rows } = process.stderr
  const drawn = await qrPicture(address, { columns, rows: rows - LINES_AROUND, unicode })
  if ('lines' in drawn) return ['', ...drawn.lines, '']
  return [palette.quiet(`(no QR code: ${drawn.leftOut})`)]
}

async function withCountdown(login: PendingLogin, signal: AbortSignal): Promise<TokenSet> {
  const view = new LiveView(process.stderr)
  const draw = () => {
    const { columns } = process.stderr
    const wide = `Waiting for your confirmation: ${timeLeft(login)}. Ctrl-C stops.`
    const line = wide.length < columns ? wide : `Waiting. Ctrl-C stops; ${timeLeft(login)}.`
    view.draw([cutToWidth(line, columns - 1)])
  }
  draw()
  const timer = setInterval(draw, TICK_MS)
  try {
    return await login.tokens(signal)
  } finally {
    clearInterval(timer)
    view.end([])
  }
}

function timeLeft({ expiresAt }: PendingLogin): string {
  return `${formatDuration(expiresAt - Date.now())} left`
}
