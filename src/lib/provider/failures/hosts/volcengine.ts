import type { ServiceFailures } from '../failure-row.ts'

const CODES = 'volcengine.com/docs/82379/1299023 (2026-11)'
const said = (code: string, message: string, type: string) => ({
  error: { code, message: `${message} Request id: 0217`, param: '', type },
})

/** Codes are words; several end with the limited metric. Behind the Coding Plan stand the same codes. */
export const volcengineFailures: ServiceFailures = {
  id: 'volcengine',
  label: 'Volcengine Ark (Doubao)',
  providers: [],
  rows: [
    {
      id: 'volcengine-overdue',
      code: 'AccountOverdueError',
      class: 'quota-hard',
      about: 'the account has an overdue balance',
      source: CODES,
      examples: [
        {
          status: 403,
          body: said(
            'AccountOverdueError',
            'The request failed because your account has an overdue balance.',
            'Forbidden',
          ),
        },
      ],
    },
    {
      id: 'volcengine-plan-window',
      code: 'AccountQuotaExceeded',
      class: 'quota-window',
      about: 'a window of the Coding Plan is used up, until the time in the message',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said(
            'AccountQuotaExceeded',
            'You have exceeded the 5-hour usage quota. It will reset at 2026-11-25 19:06:35 +0800 CST.',
            'TooManyRequests',
          ),
          ends: '2026-11-25T11:06:35.000Z',
        },
      ],
    },
    {
      id: 'volcengine-set-limit',
      code: 'SetLimitExceeded',
      class: 'quota-hard',
      scope: 'model',
      about: 'the limit that a person set for this model is reached, and the model is paused',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said(
            'SetLimitExceeded',
            'Your account [2100] has reached the set inference limit for the [doubao-seed-1-6] model, and the model service has been paused. To continue using this model, please visit the Model Activation page to adjust or close the "Safe Experience Mode".',
            'TooManyRequests',
          ),
        },
      ],
    },
    {
      id: 'volcengine-rate',
      code: /^RateLimitExceeded\.|^(?:Account|Model|Endpoint)\w*(?:Rpm|Tpm)\w*RateLimitExceeded$|^RequestBurstTooFast$/i,
      class: 'rate-short',
      about: 'requests or tokens per minute of the account or the endpoint',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said(
            'RateLimitExceeded.EndpointTPMExceeded',
            'The Tokens Per Minute (TPM) limit of the associated endpoint for your account has been exceeded.',
            'TooManyRequests',
          ),
        },
      ],
    },
    {
      id: 'volcengine-model',
      code: [
        'ModelNotOpen',
        'UnsupportedModel',
        'InvalidEndpointOrModel.NotFound',
        'InvalidEndpoint.ClosedEndpoint',
        'InvalidEndpoint.NotFound',
      ],
      class: 'model-unavailable',
      about: 'the account has not activated the model, or the plan does not include it',
      source: CODES,
      examples: [
        {
          status: 404,
          body: said(
            'ModelNotOpen',
            'Your account 2100 has not activated the model doubao-1-5-pro. Please activate the model service in the Ark Console.',
            'Not Found',
          ),
        },
        {
          status: 404,
          body: said(
            'UnsupportedModel',
            'The doubao-pro model does not support the coding plan feature.',
            'Not Found',
          ),
        },
      ],
    },
    {
      id: 'volcengine-content',
      code: /^(?:Input|Output)?(?:Text|Image|Video|Audio)?(?:SensitiveContentDetected|RiskDetection)(?:\.\w+)?$/,
      class: 'bad-request',
      about: 'the input or the output was flagged',
      source: CODES,
      examples: [
        {
          status: 400,
          body: said(
            'SensitiveContentDetected',
            'The request failed because the input text may contain sensitive information.',
            'BadRequest',
          ),
        },
      ],
    },
  ],
  bodies: [
    {
      status: 429,
      body: said(
        'ServerOverloaded',
        'The service is currently unable to handle additional requests due to server overload.',
        'TooManyRequests',
      ),
      class: 'overloaded',
      source: CODES,
    },
    {
      status: 401,
      body: said('AuthenticationError', "The API key doesn't exist.", 'Unauthorized'),
      class: 'auth-dead',
      source: CODES,
    },
  ],
}
