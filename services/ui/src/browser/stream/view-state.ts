/** The part of the live view that is in the URL, so that a link shows the same view to another reader. */
export interface ViewState {
  session: string | null
  /** Text of the filter. */
  q: string
  upload: string | null
  tab: string
  box: number | null
  axis: 'arrival' | 'media'
  /** The chosen range of time, in milliseconds since 1970; null when none is chosen. */
  from: number | null
  to: number | null
  follow: boolean
}

export function readViewState(address: URL): ViewState {
  const get = (name: string) => address.searchParams.get(name)
  const number = (name: string) =>
    get(name) === null || Number.isNaN(Number(get(name))) ? null : Number(get(name))
  const parts = ['track', 'severity', 'code', 'kind', 'device'].flatMap((name) => {
    const value = get(name)
    return value ? [`${name}:${/\s/.test(value) ? `"${value}"` : value}`] : []
  })
  return {
    session: get('session'),
    q: [get('q') ?? '', ...parts].filter(Boolean).join(' '),
    upload: get('upload'),
    tab: get('tab') ?? 'findings',
    box: number('box'),
    axis: get('axis') === 'media' ? 'media' : 'arrival',
    from: number('from'),
    to: number('to'),
    follow: get('follow') !== '0',
  }
}

/** Writes the state to the URL. `isNewEntry` adds an entry to the history; otherwise the URL replaces the last one. */
export function writeViewState(state: ViewState, isNewEntry: boolean): void {
  const address = new URL(location.pathname, location.href)
  const set = (name: string, value: string | number | null, usual: string | number | null = null) => {
    if (value !== null && value !== '' && value !== usual) address.searchParams.set(name, String(value))
  }
  set('session', state.session)
  set('q', state.q)
  set('from', state.from === null ? null : Math.round(state.from))
  set('to', state.to === null ? null : Math.round(state.to))
  set('upload', state.upload)
  if (state.upload) set('tab', state.tab, 'findings')
  if (state.upload) set('box', state.box)
  set('axis', state.axis, 'arrival')
  set('follow', state.follow ? 1 : 0, 1)
  if (address.href === location.href) return
  if (isNewEntry) history.pushState(null, '', address)
  else history.replaceState(null, '', address)
}
