"""Words that a line break must not tear apart.

Chinese is set without spaces, so a break may legally fall anywhere; inside a common word it still
reads badly in a large title. The list holds the vocabulary of industry and investment promotion.
"""

_WORDS = """
产业 集群 赛道 产业园 产业链 园区 基地 中心 项目 卡片 招商 招商引资 投资 企业 龙头 链主 平台
示范区 技术 信息 新一代 智能 人工智能 机器人 人形 装备 制造 智能制造 高端 家电 家居 能源
新能源 储能 氢能 绿色 食品 农产品 农业 现代 博览 交易 国际 贸易 商贸 物流 金融 会展 服务业
服务 生产性 生活性 低空 经济 航空 航天 无人机 飞行器 机械 锻压 钢结构 香辛料 节能 环保 帽饰
生物 医药 海洋 物联网 集成 电路 芯片 封装 测试 半导体 显示 材料 新材料 汽车 网联 船舶 海工
影视 文旅 石化 化工 数字 数据 互联网 卫星 通信 软件 算力 光伏 电池 传感器 零部件 压缩机 研发
设计 检测 供应链 跨境 电商 中欧班列 枢纽 政策 指南 手册 扶持 奖励 补贴 申请 申报 审批 流程 办事
用地 人才 要素 保障 营商 环境 合作 对接 路演 考察 动线 预约 参观 展厅 展示 阵地 宣传片 专场
推介 问答 常见 问题 怎么 如何 什么 哪些 可以 需要 需求 方案 工作 行动 计划 目标 规模 超过
突破 达到 以上 建设 发展 创新 构建 体系 打造 推动 协同 融合 开放 上合 新区 胶州 胶州市 青岛
青岛市 西海岸 胶东 临空 机场 空港 港口 铁路 公路 少海 大沽河 上游 中游 下游 优势 劣势 布局
重点 实施 聚焦 加快 名录 点位 路线 行程 半日 一日 全程 集合 时间 我们 您的 本地 全市 城市
政府 部门 联系 电话 开放日 时段 分钟 小时 演示
"""
WORDS = tuple(_WORDS.split())
