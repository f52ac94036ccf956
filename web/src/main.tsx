import { render } from 'preact'
import { App } from './app.tsx'
import { PageContext } from './hooks/page-context.ts'
import { PageModel } from './page-model.ts'

const page = new PageModel()
const root = document.getElementById('app')
if (root === null) throw new Error('the page has no #app')

// First, so that the ticket leaves the address before other code reads it.
void page.start()
render(
  <PageContext.Provider value={page}>
    <App />
  </PageContext.Provider>,
  root,
)
