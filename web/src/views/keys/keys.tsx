import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ClientKeyView } from '../../api/types.ts'
import { amount, plural } from '../../format/numbers.ts'
import { limitShort } from '../../format/words.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { Ago } from '../../parts/status/ago.tsx'
import { ConfirmDialog } from '../../parts/dialog/confirm-dialog.tsx'
import { Countdown } from '../../parts/status/countdown.tsx'
import { Icon } from '../../parts/icon.tsx'
import { EmptyState, WhenLoaded } from '../../parts/status/states.tsx'
import { ACTIONS, DataTable } from '../../parts/table/data-table.tsx'
import { Badge } from '../../parts/status/badge.tsx'
import { ViewHead } from '../../parts/shell/view-head.tsx'
import { NewKeyDialog } from './new-key-dialog.tsx'

/** The credentials of programs. */
export function Keys(): JSX.Element {
  const page = usePage()
  const keys = useSelect(({ keys }) => keys)
  const [isMaking, setMaking] = useState(false)
  const [revoked, setRevoked] = useState<ClientKeyView | null>(null)
  useEffect(() => void page.load('keys'), [page])
  const again = () => void page.load('keys')
  return (
    <>
      <ViewHead title="Client keys">
        <button type="button" class="button button-primary" onClick={() => setMaking(true)}>
          <Icon name="plus" /> New key
        </button>
      </ViewHead>
      <WhenLoaded loaded={keys} what="the keys" onRetry={again}>
        {(value) =>
          value.length === 0 ? (
            <EmptyState title="No client keys">
              <p>
                On this machine programs may use the proxy without a key. Once a key exists, every request
                needs one.
              </p>
            </EmptyState>
          ) : (
            <KeyTable keys={value} onRevoke={setRevoked} />
          )
        }
      </WhenLoaded>
      {isMaking && <NewKeyDialog onClose={() => setMaking(false)} onMade={again} />}
      {revoked !== null && (
        <ConfirmDialog
          title={`Revoke the key ${revoked.name}?`}
          verb="Revoke key"
          onClose={() => setRevoked(null)}
          onConfirm={async () => {
            await page.api.revokeKey(revoked.id)
            page.say(`the key ${revoked.name} is revoked`)
            await page.load('keys')
          }}
        >
          <p>Programs that present it are refused from now on. A revoked key does not come back.</p>
        </ConfirmDialog>
      )}
    </>
  )
}

const statusWords = { active: 'Active', expired: 'Expired', spent: 'Spent', paused: 'Paused' } as const
const statusLooks = { active: 'ready', expired: 'expired', spent: 'exhausted', paused: 'disabled' } as const

function KeyTable({
  keys,
  onRevoke,
}: {
  keys: ClientKeyView[]
  onRevoke: (key: ClientKeyView) => void
}): JSX.Element {
  return (
    <DataTable
      label="Client keys"
      class="keys-table"
      columns={['Key', 'Status', 'User', 'Served by', 'Models', 'Left', 'Expires', 'Used', ACTIONS]}
    >
      {keys.map((key) => (
        <KeyRow key={key.id} entry={key} onRevoke={() => onRevoke(key)} />
      ))}
    </DataTable>
  )
}

function KeyRow({ entry, onRevoke }: { entry: ClientKeyView; onRevoke: () => void }): JSX.Element {
  const { name, hint, status, accounts, groups, models, limits, expiresAt, availableAt } = entry
  const serving = [...accounts, ...groups.map((group) => `group ${group}`)]
  return (
    <tr>
      <th scope="row">
        {name} <code class="quiet">{hint}</code>
        <div class="keys-scope quiet">{formatScope(entry)}</div>
      </th>
      <td>
        <Badge look={statusLooks[status]}>{statusWords[status]}</Badge>{' '}
        {availableAt !== null && status === 'spent' && (
          <span class="quiet">
            <Countdown at={availableAt} />
          </span>
        )}
      </td>
      <td>{entry.user ?? <span class="quiet">all users</span>}</td>
      <td>
        {serving.join(', ') || (
          <span class="quiet">{entry.user === null ? 'all' : `all of ${entry.user}`}</span>
        )}{' '}
        <span class="quiet">({entry.accountCount})</span>
      </td>
      <td>{models.join(', ') || <span class="quiet">all</span>}</td>
      <td>
        {limits.length === 0 ? (
          <span class="quiet">no limit</span>
        ) : (
          limits.map((limit) => (
            <div key={limitShort(limit)}>
              {amount(limit.metric, limit.remaining)} of {amount(limit.metric, limit.max)} {limitShort(limit)}
            </div>
          ))
        )}
      </td>
      <td>{expiresAt === null ? <span class="quiet">never</span> : <Countdown at={expiresAt} />}</td>
      <td class="quiet">
        <Ago at={entry.lastUsedAt} />
      </td>
      <td class="col-action">
        <button type="button" class="button" aria-label={`Revoke ${name}`} onClick={onRevoke}>
          Revoke
        </button>
      </td>
    </tr>
  )
}

/** The text for a narrow screen in place of the columns that it lacks: `local · 20 accounts · gpt-4o`. */
function formatScope({ user, accountCount, models }: ClientKeyView): string {
  return [user ?? 'all users', plural(accountCount, 'account', 'accounts'), ...models].join(' · ')
}
