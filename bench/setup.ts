// Installs the peers that qwenctl is compared with (bench/package.json), which the main install leaves out.
import { installApart } from '../scripts/install-apart.ts'

export function installPeers(): void {
  installApart(import.meta.dirname, 'the proxies to compare with')
}

if (import.meta.main) installPeers()
