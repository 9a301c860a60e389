import { createRouter, createWebHistory } from 'vue-router';
import { session } from '../shared/session';
import ResourceList from './ResourceList.vue';

export const router = createRouter({
  history: createWebHistory('/admin/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/login', component: () => import('./LoginPage.vue'), meta: { bare: true } },
    { path: '/', component: () => import('./pages/Dashboard.vue') },
    { path: '/r/:resource', component: ResourceList, props: true },
    { path: '/r/:resource/:id', component: () => import('./ResourceDetail.vue'), props: true },
    { path: '/search', component: () => import('./pages/Search.vue') },
    { path: '/notices', component: () => import('./pages/Notices.vue') },
    { path: '/jobs', component: () => import('./pages/Jobs.vue') },
    { path: '/audit', component: () => import('./pages/Audit.vue') },
    { path: '/files', component: () => import('./pages/Files.vue') },
    { path: '/rules', component: () => import('./pages/Rules.vue') },
    { path: '/account', component: () => import('./pages/Account.vue') },
    { path: '/settings', component: () => import('./pages/Settings.vue') },
    { path: '/:rest(.*)*', component: () => import('./pages/NotFound.vue') },
  ],
});

router.beforeEach(to => {
  const inside = !!session.value && !session.value.must_change;
  if (!inside && !to.meta.bare) return { path: '/login', query: to.fullPath === '/' ? {} : { next: to.fullPath } };
  if (inside && to.path === '/login') return typeof to.query.next === 'string' && to.query.next.startsWith('/') ? to.query.next : '/';
  return true;
});
