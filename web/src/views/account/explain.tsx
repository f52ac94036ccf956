import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AccountView, ExplainDocument, ExplainedAccount } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { plural } from '../../format/numbers.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { Countdown } from '../../parts/status/countdown.tsx'
import { asSentence } from '../../parts/form/form-error.tsx'
import { WhenLoaded } from '../../parts/status/states.tsx'

/** Whether the pool would select the account now, for a model or for any. */
export function Explain({ account }: { account: AccountView }): JSX.Element {
  const { api } = usePage()
  const [model, setModel] = useState('')
  const explained = useLoaded(
    () => api.explain(model === '' ? {} : { model }),
    [model, account.status, account.enabled, account.priority, account.weight],
  )
  return (
    <section class="card" aria-labelledby="explain-title">
      <h2 id="explain-title">Would it be selected?</h2>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault()
          const asked = new FormData(event.currentTarget).get('model')
          setModel(typeof asked === 'string' ? asked.trim() : '')
          explained.again()
        }}
      >
        <label class="grow">
          <span class="visually-hidden">Model</span>
          <input
            class="input"
            name="model"
            placeholder="for any model"
            autocomplete="off"
            spellcheck={false}
          />
        </label>
        <button type="submit" class="button">
          Ask
        </button>
      </form>
      <WhenLoaded loaded={explained} what="the answer" onRetry={explained.again}>
        {(document) => <Verdict account={account} document={document} />}
      </WhenLoaded>
    </section>
  )
}

function Verdict({ account, document }: { account: AccountView; document: ExplainDocument }): JSX.Element {
  const own = document.accounts.find(({ id }) => id === account.id)
  const first = document.accounts.find(({ id }) => id === document.next)
  return (
    <div aria-live="polite">
      {own === undefined ? <p>The pool does not have it.</p> : <Own own={own} document={document} />}
      {first !== undefined && first.id !== account.id && (
        <p class="quiet">
          The first account tried is <strong>{accountName(first)}</strong>.
        </p>
      )}
      <p class="quiet">
        Strategy {document.strategy}
        {document.places === 'presumed' && ', in which turns or chance decide: the place is presumed'}.
      </p>
    </div>
  )
}

function Own({ own, document }: { own: ExplainedAccount; document: ExplainDocument }): JSX.Element {
  const asked = document.accounts.filter(({ place }) => place !== null).length
  if (own.verdict === 'next') return <p class="text-good">Yes: the next request goes to it.</p>
  if (own.verdict === 'eligible') {
    return (
      <p>
        It may serve{own.place !== null && `, as number ${own.place} of ${plural(asked, 'account')}`}.
        {own.translated && ' The request would be translated for it.'}
      </p>
    )
  }
  return (
    <p class="text-bad">
      No: {own.reason === null ? 'it is refused' : asSentence(own.reason.words)}.
      {own.returnsAt !== null && (
        <>
          {' '}
          Back <Countdown at={own.returnsAt} />.
        </>
      )}
    </p>
  )
}
