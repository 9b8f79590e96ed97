// A classic script that runs before the first paint, so that the page never shows another theme than the chosen one.
{
  const chosen = localStorage.getItem('theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
}
