import { lookUp } from '../base/text/look-up.ts'

// Converts convenient spellings of a limit to the grammar that `parseLimit` reads. Pure text; `parseLimit` does the
// checks.

const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' }
const RATES: Readonly<Record<string, string>> = {
  r: '',
  t: 'tokens',
  it: 'input-tokens',
  ot: 'output-tokens',
}
const WINDOWS: Readonly<Record<string, string>> = {
  s: 'second',
  sec: 'second',
  secs: 'second',
  seconds: 'second',
  m: 'minute',
  min: 'minute',
  mins: 'minute',
  minutes: 'minute',
  h: 'hour',
  hr: 'hour',
  hrs: 'hour',
  hours: 'hour',
  d: 'day',
  days: 'day',
  daily: 'day',
  w: 'week',
  wk: 'week',
  weeks: 'week',
  mo: 'month',
  mon: 'month',
  mth: 'month',
  months: 'month',
}
const METRICS: Readonly<Record<string, string>> = {
  request: '',
  req: '',
  reqs: '',
  requests: 'requests',
  token: 'tokens',
  tok: 'tokens',
  toks: 'tokens',
  $: 'usd',
  dollar: 'usd',
  dollars: 'usd',
  tokens: 'tokens',
  usd: 'usd',
  'input-tokens': 'input-tokens',
  'output-tokens': 'output-tokens',
}
const SCALES: Readonly<Record<string, number>> = { k: 3, m: 6, b: 9 }

/**
 * `60rpm` → `60/minute`, `100ktpm` → `100000tokens/minute`, `$5/month` → `5usd/month`. Unknown text stays as it is.
 */
export function plainLimit(text: string): string {
  const given = text.trim()
  const rate = /^(.+?)(r|it|ot|t)p([smhd])$/i.exec(given)
  if (rate !== null) {
    const [, amount = '', unit = '', per = ''] = rate
    return `${plainAmount(amount)}${RATES[unit.toLowerCase()]}/${UNITS[per.toLowerCase()]}`
  }
  const slash = given.indexOf('/')
  if (slash < 0) return given
  return `${plainQuantity(given.slice(0, slash))}/${plainWindow(given.slice(slash + 1))}`
}

/** Whether the text says that there is no limit. */
export function isNoLimit(text: string): boolean {
  return /^(none|unlimited|no limit)$/i.test(text.trim())
}

/** Number and metric: `1k`, `2_000`, `$5`, `100ktokens`, `1 000 req`. */
function plainQuantity(text: string): string {
  const [, dollar = '', number = '', scale = '', metric = ''] =
    /^\s*(\$?)\s*([\d.,_]+)\s*([kmb]?)\s*([a-z$-]*)\s*$/i.exec(text) ?? []
  const known = lookUp(METRICS, metric.toLowerCase())
  if (number === '' || (metric !== '' && known === undefined) || (dollar !== '' && metric !== ''))
    return text.trim()
  return `${plainAmount(number + scale)}${dollar === '' ? (known ?? '') : 'usd'}`
}

function plainAmount(text: string): string {
  const [, digits = '', scale = ''] = /^([\d.,_]+)([kmb]?)$/i.exec(text.trim()) ?? []
  if (digits === '') return text.trim()
  const number = /^\d{1,3}([,_]\d{3})+(\.\d+)?$|^\d+(_\d+)+$/.test(digits)
    ? digits.replaceAll(/[,_]/g, '')
    : digits
  return scale === '' ? number : scaled(number, SCALES[scale.toLowerCase()] ?? 0)
}

/** Moves the decimal point as text: 0.29k is 290, not 290.00000000000006. */
function scaled(number: string, places: number): string {
  const [whole = '', fraction = '', ...rest] = number.split('.')
  if (rest.length > 0 || whole === '') return number
  const moved = whole + fraction.slice(0, places).padEnd(places, '0')
  const left = fraction.slice(places)
  return `${moved.replace(/^0+(?=\d)/, '')}${left === '' ? '' : `.${left}`}`
}

function plainWindow(text: string): string {
  const [span = '', ...clock] = text.trim().split('@')
  const [, count = '', unit = ''] = /^(\d*)\s*([a-z]+)$/i.exec(span.trim()) ?? []
  const named =
    lookUp(WINDOWS, unit.toLowerCase()) ??
    (Object.values(WINDOWS).includes(unit.toLowerCase()) ? unit.toLowerCase() : undefined)
  const short = Object.entries(UNITS).find(([, name]) => name === named)?.[0]
  let plain = span
  if (count === '' && named !== undefined) plain = named
  else if (named === 'week') plain = `${Number(count) * 7}d`
  else if (count !== '' && short !== undefined) plain = `${count}${short}`
  return [plain, ...clock].join('@')
}
