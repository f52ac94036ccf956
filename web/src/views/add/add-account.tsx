import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ProviderView } from '../../api/types.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { WhenLoaded } from '../../parts/status/states.tsx'
import { ViewHead, focusHeading } from '../../parts/shell/view-head.tsx'
import { formatHash } from '../../router.ts'
import { NewAccountForm } from './new-account-form.tsx'
import { ProviderPicker } from './provider-picker.tsx'

/** The provider first, then the credential. */
export function AddAccount(): JSX.Element {
  const page = usePage()
  const providers = useSelect(({ providers }) => providers)
  const [chosen, choose] = useState<ProviderView | null>(null)
  useEffect(() => void page.load('providers'), [page])
  return (
    <>
      <nav class="crumbs" aria-label="Where you are">
        <a href={formatHash({ view: 'accounts' })}>Accounts</a> <span aria-hidden="true">/</span> Add
      </nav>
      <ViewHead title="Add an account" />
      <WhenLoaded loaded={providers} what="the providers" onRetry={() => void page.load('providers')}>
        {(value) =>
          chosen === null ? (
            <ProviderPicker providers={value} onChoose={choose} />
          ) : (
            <NewAccountForm
              key={chosen.id}
              provider={chosen}
              onBack={() => {
                choose(null)
                focusHeading()
              }}
            />
          )
        }
      </WhenLoaded>
    </>
  )
}
