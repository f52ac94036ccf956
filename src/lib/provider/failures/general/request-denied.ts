// 403 for a part of the request. It mostly refuses an account, so only a denied object or a server behind the request
// counts. Both get the same answer from every account.
import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'

/**
 * Objects that a request names by their id. An API or an endpoint of the same name is a part of the service. A bare
 * `response` is that of an upstream.
 */
const OBJECT = String.raw`(?:files?|threads?|conversations?|assistants?|vector stores?|voices?|documents?|attachments?|responses?(?= \W{0,2}resp_)|batch(?:es)?|cached ?contents?|containers?|skills?|knowledge bases?|datasets?|prompt templates?|images?|videos?)\b(?! (?:apis?|models?|generations?|inference|processing|endpoints?|routes?|features?|uploads?|inputs?)\b)`

const DENIED_OBJECT = new RegExp(
  [
    String.raw`\b(?:access|permission|not (?:authorized|allowed|permitted))\b[^.]{0,20}\b(?:to|for) (?:(?:view|read|use|access|fetch|download|edit|delete) )?(?:(?:the|this|that|requested) ){0,2}${OBJECT}`,
    String.raw`\b${OBJECT}[^.]{0,60}\b(?:is denied|belongs? to|owned by|is private|not accessible|permission denied|cannot be (?:accessed|used|read|cancelled|deleted|fetched))`,
    String.raw`\baccess denied:? (?:to )?(?:the )?${OBJECT}`,
  ].join('|'),
  'i',
)

const FETCH = String.raw`\b(?:fail(?:ed|ure)?|could not|cannot|unable|error)\b[^.]{0,30}\b(?:fetch|download|load)(?:ed|ing)?\b`

/** Servers with keys and limits of their own, which answered 403 themselves. */
const OTHER_SERVER = new RegExp(
  [
    String.raw`\b(?:mcp|connectors?|tool server|remote (?:host|server))\b(?! (?:access|feature|use)\b)|\b(?:plugins?|webhooks?)\b[^.]{0,40}\b(?:returned|responded|answered)\b`,
    String.raw`${FETCH}[^.]{0,20}\b(?:urls?|images?|files?|videos?|audio|documents?|pdf|pages?|attachments?|media)\b|\burl\b[^.]{0,20}\bcould not be fetched\b`,
    String.raw`\bweb ?(?:page|site)s?\b[^.]{0,20}\b(?:blocked|returned|refused|disallow\w*)\b[^.]{0,20}\b(?:crawler|bot|fetcher|agent|40\d|429)\b|\bweb_fetch\b`,
  ].join('|'),
  'i',
)

/** Words for a server behind the request. A gateway has plugins, webhooks and domains, too. */
const SERVER_OR_GATEWAY = new RegExp(
  String.raw`\b(?:plugins?|webhooks?)\b(?! (?:access|feature|use)\b)|${FETCH}(?! (?:the |your )?(?:accounts?|users?|organi[sz]ations?|subscriptions?))|\b(?:allowed domains|user agent)\b`,
  'i',
)

/** The account is the subject, whatever else the message names. */
const OF_ACCOUNT =
  /^(?:your|this|the) (?:\w+ )?(?:account|organi[sz]ation|workspace|project|team|plan|tier|subscription|tenant|api[- ]?key|key|credit)\b|\bhas disabled\b|\bnot (?:enabled|available|included) (?:for|in|on) (?:your|this) (?:\w+ )?(?:account|organi[sz]ation|workspace|project|team|plan|tier)\b/i

/** Nouns for an account, its key, its address or its money, and verdicts about them. */
const NAMES_ACCOUNT =
  /\bapi[- _]?keys?\b|\baccess tokens?\b|(?<!\bthese )\bcredentials?\b|\b(?:your|client) ip\b|^ip\b|\b(?:balance|billing|credits?|quota|suspended|banned|revoked)\b/i

/** Whether a 403 with these words denies a part of the request, not the account. */
export function deniesPart(words: string): boolean {
  if (OF_ACCOUNT.test(words)) return false
  if (OTHER_SERVER.test(words)) return true
  return (SERVER_OR_GATEWAY.test(words) || DENIED_OBJECT.test(words)) && !NAMES_ACCOUNT.test(words)
}

/** A page comes from a gateway, which names parts of its own. */
const isPage = (text: string): boolean => /^\s*</.test(text)
const denies = ({ words, text }: FailedAnswer): boolean => !isPage(text) && deniesPart(words)

export const requestDeniedRows: readonly FailureRow[] = [
  {
    id: 'request-part-denied',
    status: 403,
    when: denies,
    class: 'bad-request',
    about: 'an object that the request names belongs to others, or a server behind the request refused it',
    source:
      'ai.google.dev/gemini-api/docs/troubleshooting, platform.openai.com/docs/guides/tools-connectors-mcp (2026-11)',
    examples: [
      {
        status: 403,
        body: { error: { message: 'You do not have permission to access the file file-1.', code: 403 } },
      },
      {
        status: 403,
        body: { error: { message: 'MCP server https://mcp.example.com returned 403: invalid API key' } },
      },
    ],
  },
]
