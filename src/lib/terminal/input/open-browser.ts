import { spawn } from 'node:child_process'

interface Surroundings {
  env: NodeJS.ProcessEnv
  platform: NodeJS.Platform
  isTerminal: boolean
}

/** Whether the user works at this machine, on a screen with a browser. */
export function hasBrowser({ env, platform, isTerminal }: Surroundings): boolean {
  if (!isTerminal || env['CI'] || env['SSH_CONNECTION'] || env['BROWSER'] === 'none') return false
  if (platform === 'darwin' || platform === 'win32') return true
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
}

/** Opens a page in the person's browser; where that fails nothing is lost, the address is on the screen. */
export function openBrowser(url: string, platform: NodeJS.Platform): void {
  // No shell in between: the address comes from a server.
  const [command, ...args] = chooseOpener(platform)
  const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
}

function chooseOpener(platform: NodeJS.Platform): [string, ...string[]] {
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return ['xdg-open']
}
