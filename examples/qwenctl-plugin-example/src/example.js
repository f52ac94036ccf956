// One service, as data and pure functions. Nothing here opens a socket or reads a clock, so it can be tested by calling
// it. Everything left out is what an OpenAI-compatible service does; `custom` accounts need no plugin at all.

/** @type {import('qwenctl').ProviderDefinition} */
export const example = {
  id: 'example',
  label: 'Example AI',
  keysUrl: 'https://console.example.com/keys',
  keyVariables: ['EXAMPLE_API_KEY'],
  // For a friendly warning when somebody pastes another service's key; never a refusal.
  keyPattern: /^ex-[a-z0-9]{8,}$/,

  // The first is the default; `qwenctl auth add -p example --base-url URL` chooses another.
  endpoints: [
    { id: 'eu', label: 'Europe', openai: 'https://eu.api.example.com/v1' },
    {
      id: 'us',
      label: 'United States',
      openai: 'https://us.api.example.com/v1',
      anthropic: 'https://us.api.example.com/messages/v1',
      limits: ['500/day@America/New_York'],
    },
  ],
  // The day turns over where the service is, not where the user is.
  defaultLimits: ['1000/day@Europe/Berlin', '60/minute'],

  // What its errors mean, read from the top; qwenctl's own rows (401, 429, 5xx, ...) stand behind them.
  outcomes: [
    // The day is used up: this account rests until the time that the service names in epoch seconds.
    {
      status: 429,
      code: 'daily_limit',
      class: 'quota-window',
      until: ({ error }) => (typeof error.resets_at === 'number' ? error.resets_at * 1000 : null),
    },
    // It says 403 where there is no money: only its owner can bring the account back.
    { status: 403, message: /balance/i, class: 'quota-hard' },
  ],

  // True or false where the name tells, null where only asking would.
  serves: (model) => (model.startsWith('example-') ? true : null),
  models: ['example-small', 'example-large'],
  terms: 'One account per person.',
}
