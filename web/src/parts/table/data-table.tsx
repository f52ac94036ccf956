import type { ComponentChildren, JSX } from 'preact'

/** The head of a column. A text is a column of words. */
export type Column =
  | string
  | {
      label: string
      /** Classes of the stylesheet, such as `number`. */
      class?: string
      /** Only screen readers need the label. */
      isHidden?: boolean
    }

export const ACTIONS: Column = { label: 'Actions', isHidden: true }

/** Columns of numbers. */
export function numberColumns(...labels: string[]): Column[] {
  return labels.map((label) => ({ label, class: 'number' }))
}

interface TableProps {
  /** Tells screen readers what the table lists. */
  label: string
  columns: readonly Column[]
  class?: string
  /** The row of sums. */
  foot?: ComponentChildren
  /** The rows. */
  children: ComponentChildren
}

/** A table that scrolls sideways on narrow screens. */
export function DataTable({ label, columns, class: extra, foot, children }: TableProps): JSX.Element {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={label}>
      <table class={extra === undefined ? 'table' : `table ${extra}`}>
        <thead>
          <tr>
            <ColumnHeads columns={columns} />
          </tr>
        </thead>
        <tbody>{children}</tbody>
        {foot !== undefined && <tfoot>{foot}</tfoot>}
      </table>
    </div>
  )
}

export function ColumnHeads({ columns }: Pick<TableProps, 'columns'>): JSX.Element {
  return (
    <>
      {columns.map((column, index) => {
        const { label, class: extra, isHidden } = typeof column === 'string' ? { label: column } : column
        return (
          <th key={index} scope="col" class={extra}>
            {isHidden === true ? <span class="visually-hidden">{label}</span> : label}
          </th>
        )
      })}
    </>
  )
}
