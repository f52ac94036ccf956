/** The row of a table by a name from outside. `constructor` and `__proto__` are no rows of an object that lacks them. */
export function lookUp<Row>(table: Readonly<Record<string, Row>>, name: string): Row | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
