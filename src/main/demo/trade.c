/* trade.c - catalogue, seasons, tests, codes and sales of the demo county. */
#include "base/base.h"
#include "main/demo/demo.h"
#include "core/job.h"
#include <stdio.h>
#include <string.h>

void
demo_catalogue(struct demo *d)
{
	for (size_t i = 0; i < demo_input_count; i++) {
		const struct demo_input *in = &demo_inputs[i];
		bool pesticide = strcmp(in->kind, "pesticide") == 0;
		char interval[40] = "";

		demo_clock(d, d->today - 410, (int)i);
		if (pesticide)
			snprintf(interval, sizeof(interval), ",\"interval_days\":%d", in->interval_days);
		d->inputs[i] = demo_put(d, "farm-inputs",
			"{\"name\":\"%s\",\"kind\":\"%s\",\"registration_no\":\"示-%04zu\",\"maker\":\"示范供应商\","
			"\"active_ingredient\":\"%s\"%s}",
			in->name, in->kind, i + 1, in->ingredient, interval);
	}
	for (size_t i = 0; i < d->org_count && d->rc == RC_OK; i++) {
		const struct demo_org *o = &d->orgs[i];
		int crop = o->crop >= 0 ? o->crop : 0;
		const struct demo_crop *k = &demo_crops[crop];
		struct demo_row *p = &d->products[d->product_count];

		if (strcmp(o->kind, "government") == 0 || strcmp(o->kind, "operator") == 0 || strcmp(o->kind, "association") == 0)
			continue;
		*p = (struct demo_row){ .org_id = o->id, .crop = crop, .division = o->division };
		p->id = demo_put(d, "products",
			"{\"org_id\":\"%lld\",\"name\":\"%s\",\"category\":\"%s\",\"variety\":\"%s\",\"unit\":\"%s\",\"spec\":\"%s\","
			"\"shelf_days\":%d,\"intro\":\"%s\",\"cover\":\"%lld\",\"certification\":\"%s\"%s}",
			LL(o->id), k->name, k->category, k->variety, k->unit, k->spec, k->shelf_days, k->intro, LL(d->photos[crop]),
			k->certification, strcmp(k->certification, "none") == 0 ? "" : ",\"certificate_no\":\"示例证书-0001\"");
		demo_move(d, "products", p->id, "list");
		d->product_count++;
	}
	demo_flush(d);
}
