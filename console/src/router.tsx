import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { validateSearch as applicationsSearch } from './pages/applications/search.ts';
import { validateSearch as auditSearch } from './pages/audit/search.ts';
import { validateSearch as callsSearch } from './pages/calls/search.ts';
import { validateSearch as leakedSecretSearch } from './pages/leaked-secret/search.ts';
import { validateSearch as overviewSearch } from './pages/overview/search.ts';
import { validateSearch as playgroundSearch } from './pages/playground/search.ts';
import { validateSearch as sessionSearch } from './pages/session/search.ts';
import { validateSearch as sessionsSearch } from './pages/sessions/search.ts';
import { validateSearch as usageSearch } from './pages/usage/search.ts';
import { validateSearch as userSearch } from './pages/user/search.ts';
import { validateSearch as usersSearch } from './pages/users/search.ts';
import { Layout } from './shell/layout.tsx';
import { NotFound } from './shell/not-found.tsx';
import { PageError } from './shell/page-error.tsx';

const root = createRootRoute({ component: Layout, notFoundComponent: NotFound, errorComponent: PageError });
const under = { getParentRoute: () => root } as const;

// Pages are loaded when they are opened, and what they read from the URL is known before.
const routes = [
  createRoute({
    ...under,
    path: '/',
    validateSearch: overviewSearch,
    component: lazyRouteComponent(() => import('./pages/overview/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/sessions',
    validateSearch: sessionsSearch,
    component: lazyRouteComponent(() => import('./pages/sessions/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/sessions/$id',
    validateSearch: sessionSearch,
    component: lazyRouteComponent(() => import('./pages/session/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/calls',
    validateSearch: callsSearch,
    component: lazyRouteComponent(() => import('./pages/calls/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/users',
    validateSearch: usersSearch,
    component: lazyRouteComponent(() => import('./pages/users/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/users/$id',
    validateSearch: userSearch,
    component: lazyRouteComponent(() => import('./pages/user/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/usage',
    validateSearch: usageSearch,
    component: lazyRouteComponent(() => import('./pages/usage/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/audit',
    validateSearch: auditSearch,
    component: lazyRouteComponent(() => import('./pages/audit/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/applications',
    validateSearch: applicationsSearch,
    component: lazyRouteComponent(() => import('./pages/applications/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/leaked-secret',
    validateSearch: leakedSecretSearch,
    component: lazyRouteComponent(() => import('./pages/leaked-secret/page.tsx'), 'Page'),
  }),
  createRoute({
    ...under,
    path: '/playground',
    validateSearch: playgroundSearch,
    component: lazyRouteComponent(() => import('./pages/playground/page.tsx'), 'Page'),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: '/console',
  defaultPreload: 'intent',
  // What no page knows does not get through to one.
  search: { strict: true },
});

/** Loads the page that the address names, so that it is there when somebody has signed in. */
export function preloadPage(): void {
  const [matched] = router.getMatchedRoutes(router.latestLocation.pathname);
  // If it fails, the page tries it again, and says so.
  for (const route of matched) router.loadRouteChunk(route)?.catch(() => {});
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
