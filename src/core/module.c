/* module.c - what modules keep in memory while a server runs. */
#include "base/base.h"
#include "core/module.h"

enum rc
modules_start(struct app *app, struct arena *mem, struct err *e)
{
	size_t count = 0;

	while (app->modules[count] != NULL)
		count++;
	app->module_states = NEW_ARRAY(mem, void *, count + 1);
	for (size_t i = 0; i < count; i++) {
		const struct module *m = app->modules[i];
		enum rc rc = m->start == NULL ? RC_OK : m->start(app, &app->module_states[i], e);

		if (rc != RC_OK) {
			modules_stop(app);
			return rc;
		}
	}
	return RC_OK;
}

void
modules_stop(struct app *app)
{
	if (app->module_states == NULL)
		return;
	for (size_t i = 0; app->modules[i] != NULL; i++) {
		void *state = app->module_states[i];

		app->module_states[i] = NULL;
		if (state != NULL && app->modules[i]->stop != NULL)
			app->modules[i]->stop(state);
	}
	app->module_states = NULL;
}

void *
module_state(const struct app *app, const struct module *m)
{
	if (app->module_states == NULL)
		return NULL;
	for (size_t i = 0; app->modules[i] != NULL; i++) {
		if (app->modules[i] == m)
			return app->module_states[i];
	}
	return NULL;
}
