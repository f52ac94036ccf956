import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { AccountSettings, AccountView } from '../../api/types.ts'
import { accountName, limitText } from '../../format/words.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useSubmit } from '../../hooks/use-submit.ts'
import { FormError } from '../../parts/form/form-error.tsx'
import { SettingsFields, readSettings, settingNames } from '../../parts/form/settings-fields.tsx'

/** The form for an account's settings. It sends only changed fields. */
export function AccountSettingsForm({ account }: { account: AccountView }): JSX.Element {
  const page = usePage()
  // Renders again after saving, so that the fields show the server's values.
  const [edition, setEdition] = useState(0)
  const { isBusy, error, submit } = useSubmit(async (form) => {
    const change = readChanges(account, form)
    if (Object.keys(change).length === 0) return page.say('nothing was changed')
    const answer = await page.api.changeAccount(account.id, change)
    page.store.dispatch({ type: 'account', account: answer.account })
    page.say(`${accountName(account)} is changed`)
    setEdition(edition + 1)
  })
  return (
    <section class="card" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <form key={edition} onSubmit={submit} noValidate>
        <SettingsFields
          {...{ values: account, limits: configuredLimits(account), error, provider: account.provider }}
        />
        <FormError error={error} shown={settingNames} />
        <div class="form-foot">
          <button type="reset" class="button">
            Undo changes
          </button>
          <button type="submit" class="button button-primary" disabled={isBusy}>
            Save settings
          </button>
        </div>
      </form>
    </section>
  )
}

function configuredLimits({ limits }: AccountView): string[] {
  return limits.filter(({ source }) => source === 'configured').map(limitText)
}

function readChanges(account: AccountView, form: HTMLFormElement): AccountSettings {
  const wanted = readSettings(form)
  const was: AccountSettings = {
    label: account.label,
    groups: account.groups,
    priority: account.priority,
    weight: account.weight,
    limits: configuredLimits(account),
    baseUrl: account.baseUrl,
    anthropicBaseUrl: account.anthropicBaseUrl,
    service: account.service,
    authHeader: account.authHeader,
    quotaGroup: account.quotaGroup,
    egressProxy: account.egressProxy,
    models: account.models,
  }
  const changed = Object.entries(wanted).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(was[name as keyof AccountSettings]),
  )
  return Object.fromEntries(changed)
}
