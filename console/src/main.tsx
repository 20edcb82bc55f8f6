import { CSPProvider } from '@base-ui/react/csp-provider';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { arrive } from './auth/arrive.ts';
import { oidcSettings } from './auth/settings.ts';
import './ui/tokens.css';
import './ui/base.css';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
void oidcSettings();
// Once, and before the router reads the address.
const arrival = arrive();
createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <App arrival={arrival} />
    </CSPProvider>
  </StrictMode>,
);
