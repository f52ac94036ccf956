// Refusals of a part of the request. Such a message may use the words for a key, an account, money or a rate: a tool
// is named `login`, an image is behind a login, a sample has a rate limit. Every account gives the same answer.
import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'
import { deniesPart } from './request-denied.ts'

/** 424: something that the request names failed. */
const REFUSED: ReadonlySet<number> = new Set([400, 404, 409, 422, 424])

/** Nouns for the parts of a request, and verbs for what a service does with them. */
const PART = new RegExp(
  [
    String.raw`\b(?:tools?|tool_\w+|functions?|function_call|schemas?|propert(?:y|ies)|fields?|param(?:eter)?s?|arguments?|metadata|plugins?|connectors?|webhooks?|mcp|code interpreter|web[_ ]search\w*|user_location|\w*domains?)\b`,
    String.raw`\b(?:fetch(?:ed|ing)?|download(?:ed|ing)?|hotlink\w*|robots|images?|image_url|videos?|audio|files?|file_ids?|pdf|documents?|attachments?|urls?|links?|web ?(?:pages?|sites?)|remote (?:host|server))\b`,
    String.raw`\b(?:conversations?|threads?|vector stores?|cached? ?contents?|context cach\w+|prompts?|inputs?|outputs?|responses?|messages|content (?:policy|policies|filter\w*)|user (?:id|name|field)s?|role (?:user|assistant|system|tool|developer)|message \d+|text parts)\b`,
    String.raw`\b(?:thinking|reasoning\w*|budget_tokens|max_(?:\w+_)?tokens|logprobs|logit_bias|temperature|top_[pk]|stop sequences|response_format|sampl(?:e|es|ing)|speech|voices?|frames?|bit ?rate|iso code|must (?:not )?(?:be|exceed)|enum|not one of|not a valid (?:value|type|enum|choice|name|property|field))\b`,
    '参数|字段|输入|输出|函数|工具|属性|长度|字数|图片|文件|链接|提示词|报表|采样|语速|帧',
  ].join('|'),
  'i',
)

/** The account itself is the subject, whatever else the message names. */
const OF_ACCOUNT = new RegExp(
  [
    String.raw`\byour (?:\w+ )?(?:project|subscription|tenant)\b|\b(?:your (?:\w+ )?|this )(?:account|organi[sz]ation|workspace|team)\b|\byour (?:\w+ )?(?:plan|tier|api[- _]?key|key|access token|credentials?|balance|credits?|quota|ip|ip address)\b|\b(?:your|this) (?:country|region|location|territory|area)\b`,
    String.raw`^(?:incorrect|invalid|missing|expired|no|unknown) (?:api[- ]?key|credentials?|authorization)\b|^(?:the )?(?:(?:required |missing |header |parameter |field ){0,2})api[-_ ]?key (?:is |has |was )?(?:not|expired|invalid|revoked|disabled|missing)\b|\bapi[- ]?key provided\b|\bprovided api[- ]?key\b|\b(?:in|authorization|request) header\b`,
    String.raw`^account (?:is |has been |was )?(?:deactivated|suspended|disabled|locked|banned|blocked|closed)(?=\s*(?:[.,:;!]|$))|^(?:[^:]{0,16}: )?your (?:free )?trial\b|\binsufficient (?:account |user )?(?:balance|credits?|funds|quota)\b|\b(?:not enough|out of) credits\b|\bpayment required\b|\byour (?:hourly|daily|weekly|monthly|usage|plan|spend\w*) (?:limit|cap)s?\b|\b(?:requests|tokens) per (?:second|minute) (?:limit|exceeded)\b|\btoo many (?:concurrent )?requests\b|(?<!\b(?:sampl\w+|speech|frame|bit) )\brate[- _]limit (?:is |was |has been )?(?:exceeded|reached)\b|\b(?:hourly|daily|weekly|monthly) (?:\w+ ){0,2}(?:limit|quota|cap|allowance)s? (?:is |was |has been )?(?:exceeded|reached|used up)\b`,
    '余额不足|欠费|额度不足|[您你该]的?账[户号]|请求过于频繁|并发(?:数)?(?:过高|超限|过多)',
  ].join('|'),
  'i',
)

/** Another server that the request names: it has an account, a key and a rate of its own. */
const OTHER_SERVER =
  /\b(?:connectors?|mcp|plugins?|webhooks?|tool server|(?<!\b(?:our|official|(?:see|visit|on) the) )web ?(?:pages?|sites?)|remote (?:host|server)|fetching)\b|\b(?:fail(?:ed|ure)?|could not|cannot|unable|error|while)\b[^.]{0,30}\b(?:fetch|download|load)(?:ed|ing)?\b(?! (?:the |your )?(?:accounts?|credentials?|(?:api )?keys?|organi[sz]ation))/i

/** True when a refusal with these words is about a part of the request, not about the account. */
export function isAboutRequest({ status, words }: Pick<FailedAnswer, 'status' | 'words'>): boolean {
  if (status === 403) return deniesPart(words)
  if (!REFUSED.has(status)) return false
  if (status === 424 || OTHER_SERVER.test(words)) return true
  return PART.test(words) && !OF_ACCOUNT.test(words)
}

/** The classes that stop an account or a model of it: wrong for a fault of the request. */
const STOPS: ReadonlySet<FailureRow['class']> = new Set([
  'auth-dead',
  'quota-hard',
  'quota-window',
  'rate-short',
])

/** Adds to rows that stop an account by words: a refusal of a part of the request does not match. */
export function exceptRequests(rows: readonly FailureRow[]): readonly FailureRow[] {
  return rows.map((row) =>
    (row.words === undefined && row.message === undefined) || !STOPS.has(row.class)
      ? row
      : { ...row, when: (answer) => (row.when?.(answer) ?? true) && !isAboutRequest(answer) },
  )
}
