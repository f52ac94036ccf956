import type { JSX } from 'preact'
import type { AccountSettings, ApiErrorBody } from '../../api/types.ts'
import { InputField, readList, readText } from './field.tsx'

export const settingNames = [
  'label',
  'priority',
  'weight',
  'groups',
  'limits',
  'baseUrl',
  'anthropicBaseUrl',
  'service',
  'authHeader',
  'models',
  'quotaGroup',
  'egressProxy',
]

interface SettingsProps {
  values: Omit<AccountSettings, 'limits'>
  /** As written. */
  limits: string[]
  error: ApiErrorBody | null
  /** For a provider without a base URL. */
  needsBaseUrl?: boolean
  /** The provider's id: `http` has a service, `custom` a second base. */
  provider: string
}

/** The settings shared by new and existing accounts. */
export function SettingsFields(props: SettingsProps): JSX.Element {
  return (
    <>
      <InputField
        {...{ label: 'Label', name: 'label', error: props.error }}
        defaultValue={props.values.label ?? ''}
        placeholder="none"
        hint="Free text, shown beside the name"
      />
      <ServingFields {...props} />
      <ReachingFields {...props} />
    </>
  )
}

/** When the account serves, and which models. */
function ServingFields({ values, limits, error }: SettingsProps): JSX.Element {
  const { priority = 0, weight = 1, groups = [], models } = values
  return (
    <>
      <div class="field-row">
        <InputField
          {...{ label: 'Priority', name: 'priority', error }}
          type="number"
          step={1}
          defaultValue={String(priority)}
          hint="The smallest serves first"
        />
        <InputField
          {...{ label: 'Weight', name: 'weight', error }}
          type="number"
          min={1}
          step={1}
          defaultValue={String(weight)}
          hint="Its share within a tier"
        />
      </div>
      <InputField
        {...{ label: 'Limits', name: 'limits', error }}
        defaultValue={limits.join(' ')}
        placeholder="those of the provider"
        hint={
          <>
            Such as <code>2000/day</code> <code>60/minute</code> <code>5usd/month</code>
          </>
        }
      />
      <InputField
        {...{ label: 'Groups', name: 'groups', error }}
        defaultValue={groups.join(' ')}
        placeholder="none"
      />
      <InputField
        {...{ label: 'Models', name: 'models', error }}
        defaultValue={(models ?? []).join(' ')}
        placeholder="all that the provider has"
      />
    </>
  )
}

/** The endpoint of its requests, and the proxy on the way. */
function ReachingFields({ values, error, needsBaseUrl = false, provider }: SettingsProps): JSX.Element {
  return (
    <>
      <InputField
        {...{ label: 'Base URL', name: 'baseUrl', error }}
        type="url"
        defaultValue={values.baseUrl ?? ''}
        placeholder={needsBaseUrl ? 'https://…/v1' : "the provider's own"}
        required={needsBaseUrl}
      />
      {provider === 'custom' && (
        <InputField
          {...{ label: 'Anthropic base URL', name: 'anthropicBaseUrl', error }}
          type="url"
          defaultValue={values.anthropicBaseUrl ?? ''}
          placeholder="none"
          hint="For a service that also speaks the Messages API"
        />
      )}
      {provider === 'http' && <ServiceFields values={values} error={error} />}
      <InputField
        {...{ label: 'Quota group', name: 'quotaGroup', error }}
        defaultValue={values.quotaGroup ?? ''}
        placeholder="counted separately"
        hint="Accounts that the provider counts together"
      />
      <InputField
        {...{ label: 'Egress proxy', name: 'egressProxy', error }}
        defaultValue={values.egressProxy ?? ''}
        placeholder="none: requests go directly"
        hint={
          <>
            Such as <code>socks5h://127.0.0.1:1080</code>
          </>
        }
      />
    </>
  )
}

/** The fields of an account at any HTTP API. */
function ServiceFields({ values, error }: Pick<SettingsProps, 'values' | 'error'>): JSX.Element {
  return (
    <>
      <InputField
        {...{ label: 'Service', name: 'service', error }}
        defaultValue={values.service ?? ''}
        placeholder="cloudconvert"
        required
        hint={
          <>
            Its requests go below <code>/services/NAME</code>
          </>
        }
      />
      <InputField
        {...{ label: 'Header with the key', name: 'authHeader', error }}
        defaultValue={values.authHeader ?? ''}
        placeholder="Authorization: Bearer {key}"
      />
    </>
  )
}

/** The fields that only some providers have: a form without the field changes nothing. */
const ofSomeProviders = ['anthropicBaseUrl', 'service', 'authHeader'] as const

/** The values of the fields. Empty means the default. */
export function readSettings(form: HTMLFormElement): AccountSettings {
  const models = readList(form, 'models')
  return {
    label: readText(form, 'label') || null,
    groups: readList(form, 'groups'),
    priority: readNumber(form, 'priority', 0),
    weight: readNumber(form, 'weight', 1),
    limits: readList(form, 'limits'),
    baseUrl: readText(form, 'baseUrl') || null,
    quotaGroup: readText(form, 'quotaGroup') || null,
    egressProxy: readText(form, 'egressProxy') || null,
    models: models.length === 0 ? null : models,
    ...Object.fromEntries(
      ofSomeProviders
        .filter((name) => form.elements.namedItem(name) !== null)
        .map((name) => [name, readText(form, name) || null]),
    ),
  }
}

function readNumber(form: HTMLFormElement, name: string, empty: number): number {
  const text = readText(form, name)
  return text === '' ? empty : Number(text)
}
