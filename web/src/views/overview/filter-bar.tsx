import type { ComponentChildren, JSX } from 'preact'
import type { AccountStatus } from '../../api/types.ts'
import { statuses, statusWords } from '../../format/words.ts'
import { useIsNarrow } from '../../hooks/use-media.ts'
import { Icon } from '../../parts/icon.tsx'
import { Segmented } from '../../parts/form/segmented.tsx'
import { SearchBox } from '../../parts/form/search-box.tsx'
import { SelectBox } from '../../parts/form/select-box.tsx'
import type { AccountFilter, Choices, Sort, SortKey } from '../../select/filter.ts'

export type Look = 'cards' | 'table'

const sortWords: Record<SortKey, string> = {
  name: 'Name',
  status: 'Status',
  used: 'Most used',
  left: 'Requests left',
  requests: 'Requests today',
  tokens: 'Tokens today',
  failed: 'Failed today',
  lastUsed: 'Last used',
}

/** The first direction of each sort key: ascending for these, descending for others. */
const ascendingFirst: ReadonlySet<SortKey> = new Set(['name', 'status', 'left'])

/** Another key begins with its own direction; the same key reverses it. */
export function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort.key === key) return { key, isDescending: !sort.isDescending }
  return { key, isDescending: !ascendingFirst.has(key) }
}

export interface FilterBarProps {
  filter: AccountFilter
  choices: Choices
  look: Look
  sort: Sort
  onFilter: (part: Partial<AccountFilter>) => void
  onLook: (look: Look) => void
  onSort: (sort: Sort) => void
}

/** On narrow screens all filters but the search are collapsed. */
export function FilterBar({
  filter,
  choices,
  look,
  sort,
  onFilter,
  onLook,
  onSort,
}: FilterBarProps): JSX.Element {
  const isNarrow = useIsNarrow()
  const selects = <FilterSelects {...{ filter, choices, onFilter }} />
  const order = (look === 'cards' || isNarrow) && <SortBox sort={sort} onSort={onSort} />
  const layout = (
    <Segmented
      label="Layout"
      value={look}
      choices={[
        { value: 'cards', label: 'Cards', icon: 'cards' },
        { value: 'table', label: 'Table', icon: 'table' },
      ]}
      onChange={onLook}
    />
  )
  return (
    <form
      class="filter-bar"
      role="search"
      aria-label="Filter accounts"
      onSubmit={(event) => event.preventDefault()}
    >
      <SearchBox
        label="Search"
        placeholder="Search accounts"
        value={filter.search}
        onSearch={(search) => onFilter({ search })}
      />
      {isNarrow ? (
        <FoldedFilters number={activeIn(filter)}>
          {selects}
          {order}
          {layout}
        </FoldedFilters>
      ) : (
        <>
          {selects}
          <span class="spacer" />
          {order}
          {layout}
        </>
      )}
    </form>
  )
}

/** The active filters, except the search. */
function activeIn({ status, provider, group, user }: AccountFilter): number {
  return [status, provider, group, user].filter((value) => value !== '').length
}

function FoldedFilters({ number, children }: { number: number; children: ComponentChildren }): JSX.Element {
  return (
    <details class="folded">
      <summary class="button">
        <Icon name="filter" />
        {number === 0 ? 'Filter' : `Filter (${number})`}
      </summary>
      <div class="folded-body">{children}</div>
    </details>
  )
}

function FilterSelects({
  filter,
  choices,
  onFilter,
}: Pick<FilterBarProps, 'filter' | 'choices' | 'onFilter'>): JSX.Element {
  const plain = (words: string[]) => words.map((word) => ({ value: word, label: word }))
  return (
    <>
      <SelectBox
        label="Status"
        all="Any status"
        value={filter.status}
        options={statuses.map((status) => ({ value: status, label: statusWords[status] }))}
        onChange={(status) => onFilter({ status: status as AccountStatus | '' })}
      />
      {choices.providers.length > 1 && (
        <SelectBox
          label="Provider"
          all="Any provider"
          value={filter.provider}
          options={plain(choices.providers)}
          onChange={(provider) => onFilter({ provider })}
        />
      )}
      {choices.groups.length > 0 && (
        <SelectBox
          label="Group"
          all="Any group"
          value={filter.group}
          options={plain(choices.groups)}
          onChange={(group) => onFilter({ group })}
        />
      )}
      {choices.users.length > 1 && (
        <SelectBox
          label="User"
          all="Any user"
          value={filter.user}
          options={plain(choices.users)}
          onChange={(user) => onFilter({ user })}
        />
      )}
    </>
  )
}

function SortBox({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }): JSX.Element {
  return (
    <div class="sort-box">
      <label>
        <span class="visually-hidden">Sort by</span>
        <select
          class="input"
          value={sort.key}
          onChange={(event) => onSort(nextSort(sort, event.currentTarget.value as SortKey))}
        >
          {Object.entries(sortWords).map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="button button-icon"
        aria-label={sort.isDescending ? 'Descending; change to ascending' : 'Ascending; change to descending'}
        onClick={() => onSort({ ...sort, isDescending: !sort.isDescending })}
      >
        <Icon name={sort.isDescending ? 'down' : 'up'} />
      </button>
    </div>
  )
}
