/**
 * ink and what draws with it. React decides as it loads which of its two editions it is; the one for development is
 * slower and records every render for tools that nobody has open here.
 */
export async function loadInk() {
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    const [ink, react, view] = await Promise.all([
      import('ink'),
      import('react'),
      import('./components/screen-view.ts'),
    ])
    return { render: ink.render, createElement: react.createElement, ScreenView: view.ScreenView }
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, 'NODE_ENV')
    else process.env['NODE_ENV'] = before
  }
}
