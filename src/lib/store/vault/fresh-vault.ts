import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readIfThere } from '../documents/snapshot.ts'
import { ensureFolder } from '../home.ts'
import type { Home } from '../home.ts'
import type { ReplacedDocument } from '../replace-home.ts'
import { openVault } from './vault.ts'
import type { Vault, VaultOptions } from './vault.ts'

/** A vault that is not yet the home's own, and the documents that make it so. */
export interface FreshVault {
  vault: Vault
  documents: ReplacedDocument[]
}

/**
 * Makes a vault by the rules of a fresh home, and changes nothing in the home. Reads nothing of the old vault.
 * Throws `store_unwritable`.
 */
export async function createFreshVault(
  home: Home,
  env: NodeJS.ProcessEnv,
  options: VaultOptions,
): Promise<FreshVault> {
  ensureFolder(home.dataFolder)
  const stage = mkdtempSync(join(home.dataFolder, 'new-vault-'))
  const staged = { ...home, vaultFile: join(stage, 'vault.json'), masterKeyFile: join(stage, 'master.key') }
  try {
    const vault = await openVault(staged, env, options)
    return {
      vault,
      documents: [
        { name: 'vault.json', path: home.vaultFile, content: readIfThere(staged.vaultFile) },
        { name: 'master.key', path: home.masterKeyFile, content: readIfThere(staged.masterKeyFile) },
      ],
    }
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}
