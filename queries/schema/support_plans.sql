-- Support plans bought from or granted by Microsoft.
-- Grain: one row per support_plan_id.
create table canonical.support_plans (
    support_plan_id text not null,
    support_vehicle text not null check (support_vehicle in ('commercial', 'psfp', 'asfp', 'cloud', 'on_premises')),
    starts_on date not null,
    ends_on date not null,
    entitlement_unit text not null check (entitlement_unit in ('hours', 'incidents', 'unlimited')),
    entitlement_quantity decimal(18, 4),
    amount_fee decimal(18, 4),
    currency text,
    contract_id text,
    access_id text,
    withdrawn_on date,
    primary key (support_plan_id)
);
comment on column canonical.support_plans.support_plan_id is 'support plan id';
comment on column canonical.support_plans.support_vehicle is 'support vehicle';
comment on column canonical.support_plans.starts_on is 'first day';
comment on column canonical.support_plans.ends_on is 'last day';
comment on column canonical.support_plans.entitlement_unit is 'entitlement unit';
comment on column canonical.support_plans.entitlement_quantity is 'in the unit; empty when unlimited';
comment on column canonical.support_plans.amount_fee is 'for the whole term';
comment on column canonical.support_plans.currency is 'of the fee';
comment on column canonical.support_plans.contract_id is 'contract id';
comment on column canonical.support_plans.access_id is 'access id';
comment on column canonical.support_plans.withdrawn_on is 'set by the build: no longer held by a later snapshot, from this day on';
