import { spawn } from 'node:child_process'
import { formatNetwork } from '../accounts/checks/credential-check.ts'
import type { EgressAgents } from '../../net/egress-agents.ts'
import { formatCommand } from './command-words.ts'
import type { AnyNotice, Delivery, JobNotice, Notice } from './notice-views.ts'

export interface WebhookWay {
  agents: EgressAgents
  userAgent: string
  timeoutMs: number
}

/** Posts the notice as JSON. Any 2xx is success; a redirect is not followed. */
export async function callWebhook(url: string, notice: AnyNotice, way: WebhookWay): Promise<Delivery> {
  const { host: to } = new URL(url)
  const { default: got } = await import('got')
  try {
    const { statusCode } = await got(url, {
      method: 'POST',
      json: notice,
      headers: { 'user-agent': way.userAgent },
      agent: way.agents,
      timeout: { request: way.timeoutMs },
      followRedirect: false,
      retry: { limit: 0 },
      throwHttpErrors: false,
    })
    const ok = statusCode >= 200 && statusCode < 300
    return { way: 'webhook', to, ok, message: `${to} answered ${statusCode}` }
  } catch (error) {
    return { way: 'webhook', to, ok: false, message: `${to}: ${formatNetwork(error, way.timeoutMs)}` }
  }
}

/** Runs a program without a shell. The notice is JSON on its standard input, and is also in its variables. */
export function runCommand(
  command: string,
  notice: AnyNotice,
  { env, timeoutMs }: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<Delivery> {
  const [program = '', ...args] = formatCommand(command) ?? []
  return new Promise((resolve) => {
    const done = (ok: boolean, message: string) =>
      resolve({ way: 'command', to: program, ok, message: `${program} ${message}` })
    const child = spawn(program, args, {
      env: {
        ...withoutSecrets(env),
        ...(notice.type === 'quota.threshold' ? buildVariables(notice) : jobVariables(notice)),
      },
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    })
    child.on('error', (error: NodeJS.ErrnoException) =>
      done(false, `cannot be run (${error.code ?? 'unknown'})`),
    )
    child.on('exit', (code, signal) =>
      done(code === 0, code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with ${code}`),
    )
    child.stdin.on('error', () => undefined) // a program need not read its input
    child.stdin.end(JSON.stringify(notice))
  })
}

/** Removes the variables that open the vault or a backup. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^QWENCTL_.*PASSPHRASE/.test(name)))
}

function buildVariables({ threshold, account, limit, at, test }: Notice): NodeJS.ProcessEnv {
  return {
    QWENCTL_NOTICE: 'quota.threshold',
    QWENCTL_NOTICE_AT: at,
    QWENCTL_NOTICE_TEST: test ? '1' : '0',
    QWENCTL_NOTICE_THRESHOLD: String(threshold),
    QWENCTL_NOTICE_ACCOUNT: `${account.user}:${account.provider}/${account.name}`,
    QWENCTL_NOTICE_LIMIT: `${limit.max}${limit.metric === 'requests' ? '' : limit.metric}/${limit.window}`,
    QWENCTL_NOTICE_MODEL: limit.model ?? '',
    QWENCTL_NOTICE_USED: String(limit.used),
    QWENCTL_NOTICE_MAX: String(limit.max),
    QWENCTL_NOTICE_RESETS_AT: limit.resetsAt ?? '',
  }
}

function jobVariables({ type, account, job, slot, reason, at, test }: JobNotice): NodeJS.ProcessEnv {
  return {
    QWENCTL_NOTICE: type,
    QWENCTL_NOTICE_AT: at,
    QWENCTL_NOTICE_TEST: test ? '1' : '0',
    QWENCTL_NOTICE_ACCOUNT: `${account.user}:${account.provider}/${account.name}`,
    QWENCTL_NOTICE_JOB: job.name,
    QWENCTL_NOTICE_SLOT: slot ?? '',
    QWENCTL_NOTICE_REASON: reason,
  }
}
