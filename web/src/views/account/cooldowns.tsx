import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AccountView, CooldownView } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { Ago } from '../../parts/status/ago.tsx'
import { ConfirmDialog } from '../../parts/dialog/confirm-dialog.tsx'
import { Countdown } from '../../parts/status/countdown.tsx'
import { asSentence } from '../../parts/form/form-error.tsx'

const scopeWords: Record<CooldownView['scope'], string> = {
  account: 'this account',
  'quota-group': 'its quota group',
  provider: 'the provider',
}

/** The cooldowns with reason and end; nothing without cooldowns. */
export function Cooldowns({
  account,
  onClear,
}: {
  account: AccountView
  onClear: () => void
}): JSX.Element | null {
  const [isAsking, setAsking] = useState(false)
  const { cooldowns } = account
  if (cooldowns.length === 0 && !isAsking) return null
  return (
    <section class="card" aria-labelledby="cooldowns-title">
      <div class="card-head">
        <h2 id="cooldowns-title">Cooldowns</h2>
        <button type="button" class="button" onClick={() => setAsking(true)}>
          Clear
        </button>
      </div>
      <ul class="cooldowns">
        {cooldowns.map((cooldown) => (
          <CooldownItem
            key={`${cooldown.scope}:${cooldown.model ?? ''}:${cooldown.reason}`}
            cooldown={cooldown}
          />
        ))}
      </ul>
      {isAsking && (
        <ConfirmDialog
          title={`Clear the cooldowns of ${accountName(account)}?`}
          verb="Clear cooldowns"
          isDanger={false}
          onClose={() => setAsking(false)}
          onConfirm={async () => onClear()}
        >
          <p>
            Requests go to it again at once. If the provider still refuses, the cooldown returns. Counters
            stay.
          </p>
        </ConfirmDialog>
      )}
    </section>
  )
}

function CooldownItem({ cooldown }: { cooldown: CooldownView }): JSX.Element {
  return (
    <li>
      <div class="cooldown-line">
        <strong>{asSentence(cooldown.words)}</strong>
        <span>
          {cooldown.until === null ? (
            'until you act'
          ) : (
            <>
              ends <Countdown at={cooldown.until} />
            </>
          )}
        </span>
      </div>
      <p class="quiet">
        {scopeWords[cooldown.scope]}
        {cooldown.model !== null && (
          <>
            , model <code>{cooldown.model}</code>
          </>
        )}
        , since <Ago at={cooldown.since} />
      </p>
      {cooldown.evidence !== null && <p class="evidence">{cooldown.evidence}</p>}
    </li>
  )
}
