-- R4: all tasks of a project as they stand in the snapshot, put together by PostgreSQL alone.
SELECT json_agg(row) FROM (
    SELECT task.id, task.number, project.key || '-' || task.number AS ref, task.title, task.description,
           task.description_html, task.column_id AS "column", task.position,
           ARRAY(SELECT user_id FROM tasks_task_assignees WHERE task_id = task.id ORDER BY user_id) AS assignees,
           ARRAY(SELECT label_id FROM tasks_task_labels WHERE task_id = task.id ORDER BY label_id) AS labels,
           task.due_at, task.priority, task.completed_at, task.version,
           (SELECT count(*) FROM tasks_comment WHERE task_id = task.id) AS comment_count,
           task.client_id, task.created_by_id AS created_by, task.updated_by_id AS updated_by,
           task.created_at, task.updated_at
    FROM tasks_task AS task JOIN projects_project AS project ON project.id = task.project_id
    WHERE task.project_id = %s AND task.deleted_at IS NULL
    ORDER BY task.column_id, task.position
) AS row
