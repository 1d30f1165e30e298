-- Service requests as known on a day: those withdrawn by then are not among them.
-- Grain: one row per service_request_id.
-- Parameter seen_on date: as of the end of this day.
--
-- Those that were opened later are: the caller says which days it asks for.
with

service_requests_on as (
    select * from service_requests where withdrawn_on is null or withdrawn_on > seen_on
)

select * from service_requests_on
