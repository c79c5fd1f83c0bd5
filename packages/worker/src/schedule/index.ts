export { ScheduleError, type ScheduleField } from './errors.ts';
export { parseSchedule, type Schedule, type ScheduleOptions } from './schedule.ts';
