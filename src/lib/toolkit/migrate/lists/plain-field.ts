/** The name of a field in lower case, without separators: `baseurl` for `baseURL`, `base_url` and `base-url`. */
export function plainField(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '')
}
