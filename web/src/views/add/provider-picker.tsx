import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ProviderView } from '../../api/types.ts'
import { plural } from '../../format/numbers.ts'
import { SearchBox } from '../../parts/form/search-box.tsx'

const authWords: Record<ProviderView['auth'][number], string> = {
  'api-key': 'API key',
  device: 'login with a code',
  none: 'no key',
}

export function ProviderPicker({
  providers,
  onChoose,
}: {
  providers: ProviderView[]
  onChoose: (provider: ProviderView) => void
}): JSX.Element {
  const [search, setSearch] = useState('')
  const wanted = search.trim().toLowerCase()
  const shown = providers.filter(({ id, label }) => `${id} ${label}`.toLowerCase().includes(wanted))
  return (
    <>
      <SearchBox
        label="Search providers"
        placeholder="Search providers"
        value={search}
        onSearch={setSearch}
        isWide
      />
      <p class="visually-hidden" role="status">
        {plural(shown.length, 'provider')} shown
      </p>
      <ul class="providers">
        {shown.map((provider) => (
          <li key={provider.id}>
            <button type="button" class="card provider" onClick={() => onChoose(provider)}>
              <span class="provider-name">
                {provider.label}
                {provider.simulated && <span class="tag">simulated</span>}
              </span>
              <span class="quiet">
                <code>{provider.id}</code> · {provider.auth.map((kind) => authWords[kind]).join(' or ')}
              </span>
              {provider.terms !== null && <span class="provider-terms">{provider.terms}</span>}
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && (
        <p class="quiet">
          No provider has this name. Any service with an OpenAI-compatible API can be added as{' '}
          <code>custom</code>, with its base URL.
        </p>
      )}
    </>
  )
}
