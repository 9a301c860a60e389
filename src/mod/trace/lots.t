# From a plot to a code: what each role may do, and what a lot must have first.

as officer
POST /api/v1/farm-inputs {"name":"吡虫啉","kind":"pesticide","interval_days":7}
= 201
  > id=pesticide
POST /api/v1/farm-inputs {"name":"乐果","kind":"pesticide"}
= 400 field=interval_days

as enterprise@alpha
POST /api/v1/products {"name":"旱地小米","org_id":"{org_alpha}","category":"grain","unit":"KGM","gtin":"6901234567893"}
= 422 field=gtin
POST /api/v1/products {"name":"旱地小米","org_id":"{org_alpha}","category":"grain","unit":"KGM"}
= 201 state=draft certification=none
  > id=product
POST /api/v1/products/{product}/list
= 200 state=listed
POST /api/v1/plots {"name":"东坡一号地","org_id":"{org_alpha}","division":"{village}","kind":"dryland","area_milli":32000,
  "location":{"lng":113.2,"lat":36.3}}
= 201
  > id=plot
POST /api/v1/crop-cycles {"name":"2026 谷子","plot_id":"{plot}","product_id":"{product}","started_on":"2026-01-10"}
= 201 state=growing
  > id=cycle

# A reader of another organisation sees none of it.
as enterprise@beta
GET /api/v1/plots/{plot}
= 404
POST /api/v1/lots {"product_id":"{product}","org_id":"{org_beta}","harvested_on":"2026-02-10","quantity_milli":100000,"unit":"KGM","pack_milli":2500}
= 400 field=product_id

as enterprise@alpha
POST /api/v1/lots {"product_id":"{product}","cycle_id":"{cycle}","org_id":"{org_alpha}","harvested_on":"2026-02-10","quantity_milli":100000,
  "unit":"KGM","pack_milli":2500}
= 201 state=open codes_max=40 codes_issued=0 test_verdict=none
  > id=lot
POST /api/v1/lots/{lot}/release
= 400 code=lot-not-tested
POST /api/v1/code-batches {"lot_id":"{lot}","quantity":10,"design":"60x40"}
= 400 code=lot-not-tested
POST /api/v1/certificates {"lot_id":"{lot}","basis":"self_test","contact":"03556881234"}
= 400 code=lot-not-tested
# An enterprise does not test its own lots.
POST /api/v1/inspections {"lot_id":"{lot}","sample_no":"S1","method":"inhibition","sampled_on":"2026-02-10","tested_ms":1770800000000,"tester":"x",
  "readings":[{"control_e4":6000,"sample_e4":5400}]}
= 403

as inspector
POST /api/v1/inspections {"lot_id":"{lot}","sample_no":"S1","method":"inhibition","sampled_on":"2026-02-10","tested_ms":1770800000000,"tester":"检测室",
  "readings":[{"control_e4":6000,"sample_e4":3000}]}
= 201 verdict=need_retest inhibition_bp=5000
POST /api/v1/inspections {"lot_id":"{lot}","sample_no":"S2","method":"inhibition","sampled_on":"2026-02-10","tested_ms":1770900000000,"tester":"检测室",
  "readings":[{"control_e4":6000,"sample_e4":3010}]}
= 201 verdict=pass inhibition_bp=4983
  > id=test
PATCH /api/v1/inspections/{test} {"tester":"y","version":1}
= 405

as enterprise@alpha
POST /api/v1/lots/{lot}/release
= 200 state=released
POST /api/v1/certificates {"lot_id":"{lot}","basis":"self_test","contact":"03556881234"}
= 201 state=valid form=2026 product=旱地小米
  > id=certificate
  > number=number
POST /api/v1/certificates {"lot_id":"{lot}","basis":"self_test","contact":"03556881234"}
= 400 code=certificate-exists
POST /api/v1/code-batches {"lot_id":"{lot}","quantity":41,"design":"60x40"}
= 400 code=lot-quantity
POST /api/v1/code-batches {"lot_id":"{lot}","quantity":40,"design":"60x40"}
= 201 state=queued
  > id=batch
# What the job does is offered to nobody.
POST /api/v1/code-batches/{batch}/finish
= 404
POST /api/v1/trace-codes {"code":"x"}
= 405
drain
GET /api/v1/code-batches/{batch}
= 200 state=issued issued=40
  > version=version
GET /api/v1/trace-codes?batch_id={batch}&count=1&limit=1
= 200 count=40 items.0.state=printed
  > items.0.code=code
PATCH /api/v1/lots/{lot} {"quantity_milli":900000,"version":9}
= 409

GET /api/v1/trace/certificates/{certificate}/paper?paper=80x60
= 200
  < Content-Type: application/pdf
GET /api/v1/trace/certificates/{certificate}/paper?paper=a3
= 400 field=paper
PATCH /api/v1/code-batches/{batch} {"design":"a4_40","version":{version}}
= 200 design=a4_40
POST /api/v1/trace/label-sheets {"batch":"{batch}"}
= 202
drain

as enterprise@beta
GET /api/v1/trace/certificates/{certificate}/paper
= 404
POST /api/v1/trace/label-sheets {"batch":"{batch}"}
= 404

as anyone
GET /api/v1/trace/certificates/{certificate}/paper
= 401
GET /t/{code}
= 200
  ~ 正品，首次查询
GET /certificate/{number}
= 200
  ~ 合格证有效
  !~ 6881234

# A late pest-control record stops it; only an officer can lift, and not against the truth.
as enterprise@alpha
POST /api/v1/farm-operations {"cycle_id":"{cycle}","step":"pest_control","done_ms":1770566400000,"input_id":"{pesticide}","dose_milli":1000,"dose_unit":"MLT"}
= 201 interval_days=7
GET /api/v1/lots/{lot}
= 200 state=held hold_reason=interval
GET /api/v1/certificates/{certificate}
= 200 state=voided
POST /api/v1/lots/{lot}/lift {"comment":"我们自己解除"}
= 403

as officer
POST /api/v1/lots/{lot}/lift {"comment":"试试"}
= 400 code=lot-interval

as anyone
GET /t/{code}
= 200
  ~ 该批次已暂扣
  !~ 正品
GET /certificate/{number}
= 200
  ~ 合格证已作废
