import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ApiClient } from '../../api/api-client.ts'
import type { AccountView, ExplainDocument, ExplainedAccount } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { plural } from '../../format/numbers.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { Countdown } from '../../parts/status/countdown.tsx'
import { asSentence } from '../../parts/form/form-error.tsx'
import { WhenLoaded } from '../../parts/status/states.tsx'

/** The request that the form describes. */
type Wanted = Parameters<ApiClient['explain']>[0]

function readWanted(form: HTMLFormElement): Wanted {
  const fields = new FormData(form)
  const read = (name: string) => {
    const text = fields.get(name)
    return typeof text === 'string' ? text.trim() : ''
  }
  const [model, tokens] = [read('model'), read('inputTokens')]
  return {
    ...(model === '' ? {} : { model }),
    ...(tokens === '' ? {} : { inputTokens: Number(tokens) }),
  }
}

/** Whether the pool would select the account now, for the request that the form describes. */
export function Explain({ account }: { account: AccountView }): JSX.Element {
  const { api } = usePage()
  const [wanted, setWanted] = useState<Wanted>({})
  const explained = useLoaded(
    () => api.explain(wanted),
    [wanted.model, wanted.inputTokens, account.status, account.enabled, account.priority, account.weight],
  )
  return (
    <section class="card" aria-labelledby="explain-title">
      <h2 id="explain-title">Would it be selected?</h2>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault()
          setWanted(readWanted(event.currentTarget))
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
        <label>
          <span class="visually-hidden">Tokens of input</span>
          <input
            class="input"
            name="inputTokens"
            type="number"
            min="0"
            step="1"
            placeholder="of any size"
            title="Tokens of input: limits of tokens and dollars need room for them"
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
  if (own.verdict === 'next')
    return (
      <p class="text-good">
        Yes: the next request goes to it.
        <Bound own={own} />
      </p>
    )
  if (own.verdict === 'eligible') {
    return (
      <p>
        It may serve{own.place !== null && `, as number ${own.place} of ${plural(asked, 'account')}`}.
        {own.translated && ' The request would be translated for it.'}
        <Bound own={own} />
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

/** The answer gets a bound, since the request may use more than is left. */
function Bound({ own: { maxTokens } }: { own: ExplainedAccount }): JSX.Element | null {
  return maxTokens === null ? null : <> Its answer is bounded to {plural(maxTokens, 'token')}.</>
}
