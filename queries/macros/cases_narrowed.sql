-- Support cases that somebody may see, narrowed by what a case is and does not change with time.
-- Grain: one row per case_id.
-- Tables: online_services, category_types
-- Parameter seen_by text: the sales agent whose customers are wanted; null: all customers.
-- Parameter of_category text: one category; null: all. This one and those below: empty = the cases that name none.
-- Parameter of_subcategory text: one subcategory; null: all.
-- Parameter of_support_type text: one support type; null: all.
-- Parameter of_online_service text: one online service; null: all.
-- Parameter of_product text: one product's name; null: all.
-- Parameter of_severity text: one severity; null: all.
-- Parameter of_assignee text: one assignee; null: all.
-- Parameter of_customer text: one customer's id; null: all.
--
-- A table macro of the warehouse: the narrowing filters of every list and count of cases stand once, here. They are read as the case
-- stands now: what it was called then is not on record.
select case_facts.*, customers.customer_name
from case_facts() as case_facts
inner join customers on customers.customer_id = case_facts.customer_id
where (seen_by is null or customers.sales_agent = seen_by)
    and (of_category is null or case_facts.case_category = of_category)
    and (of_subcategory is null or coalesce(case_facts.case_subcategory, '') = of_subcategory)
    and (of_support_type is null or coalesce(case_facts.support_type, '') = of_support_type)
    and (of_online_service is null or coalesce(case_facts.online_service, '') = of_online_service)
    and (of_product is null or coalesce(case_facts.product_name, '') = of_product)
    and (of_severity is null or coalesce(case_facts.severity, '') = of_severity)
    and (of_assignee is null or coalesce(case_facts.assignee, '') = of_assignee)
    and (of_customer is null or case_facts.customer_id = of_customer)
