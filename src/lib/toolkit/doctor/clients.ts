import { homedir } from 'node:os'
import { join } from 'node:path'
import { ClientSetups } from '../clients/client-setup.ts'
import { describeWay, findProjectSettings } from '../clients/project-settings.ts'
import { check, type Check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

/** Whether the project in `folder` leads a client past the proxy that `qwenctl setup` has set up. */
export function checkClients(
  { home, env }: Pick<DoctorParts, 'home' | 'env'>,
  folder = process.cwd(),
): Check {
  const place = { folder, home: env['HOME'] ?? homedir() }
  const set = new ClientSetups(join(home.stateFolder, 'clients')).list()
  const found = set.flatMap((client) =>
    findProjectSettings(client, place).map((setting) => ({ client, ...setting })),
  )
  const [first] = found
  if (first === undefined)
    return check('clients', 'clients', {
      status: 'ok',
      detail: set.length === 0 ? 'none is set up' : `set up: ${set.join(', ')}`,
    })
  const files = [...new Set(found.map(({ file, setting }) => `${file} (${setting})`))]
  return check('clients', 'clients', {
    status: 'warn',
    detail: `in this folder, ${first.client} leaves the proxy because of ${files.join(', ')}`,
    fix: describeWay(first),
  })
}
